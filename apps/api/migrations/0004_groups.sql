-- breaks the running version: no
-- Groups of an organization's members; each gives its scopes to those that are in it.

create table groups (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  description text,
  scopes text[] not null default '{}',
  metadata jsonb not null default '{}',
  created_at bigint not null,
  updated_at bigint not null,
  -- serves a page of an organization's groups, newest first
  primary key (account_id, issuer_id, org_id, id),
  unique (account_id, issuer_id, org_id, name),
  foreign key (account_id, issuer_id, org_id) references organizations (account_id, issuer_id, id) on delete cascade
);
comment on column groups.metadata is 'ts:Record<string, string>';
select tenant_table('groups');

create table group_members (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  group_id text collate "C" not null,
  member_id text collate "C" not null,
  created_at bigint not null,
  primary key (account_id, issuer_id, org_id, group_id, member_id),
  foreign key (account_id, issuer_id, org_id, group_id) references groups (account_id, issuer_id, org_id, id) on delete cascade,
  foreign key (account_id, issuer_id, org_id, member_id)
    references members (account_id, issuer_id, org_id, member_id) on delete cascade
);
-- serves a page of a group's members, newest first
create index group_members_page on group_members (account_id, issuer_id, org_id, group_id, created_at, member_id);
-- serves the groups of a member
create index group_members_of on group_members (account_id, issuer_id, org_id, member_id);
select tenant_table('group_members');
