-- breaks the running version: no
-- The domains of accounts; those that organizations sign their people in from, and what they share with their providers.

create table account_domains (
  account_id text collate "C" not null references accounts (account_id) on delete cascade,
  -- belongs to one account of all
  host text collate "C" not null unique,
  txt_record_value text not null,
  verified_at bigint,
  assigned_issuer_id text collate "C",
  assigned_at bigint,
  added_at bigint not null,
  primary key (account_id, host),
  foreign key (account_id, assigned_issuer_id) references issuers (account_id, id) on delete set null (assigned_issuer_id)
);
select tenant_table('account_domains');

create table sso_domains (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  domain text collate "C" not null,
  txt_record_value text not null,
  added_at bigint not null,
  verified_at bigint,
  -- belongs to one organization of an issuer
  primary key (account_id, issuer_id, domain),
  foreign key (account_id, issuer_id, org_id) references organizations (account_id, issuer_id, id) on delete cascade
);
-- serves the domains of an organization
create index sso_domains_of on sso_domains (account_id, issuer_id, org_id);
select tenant_table('sso_domains');

alter table organizations add column sso_client_secret bytea;
alter table organizations add column sso_secret bytea;
alter table organizations add column sso_secret_rotated_at bigint;
comment on column organizations.sso is 'ts:Omit<import("@authpi/schema").OrganizationSso, "secret_rotated_at" | "domains">';
