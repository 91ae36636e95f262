-- breaks the running version: no
-- Notes about what an account has, and what their text points at.

create table notes (
  account_id text collate "C" not null,
  id text collate "C" not null,
  subject_type text not null check (subject_type in ('user', 'org', 'issuer', 'client', 'agent')),
  subject_id text collate "C" not null,
  issuer_id text collate "C" not null,
  content text not null,
  pinned boolean not null default false,
  created_by text collate "C" not null,
  updated_by text collate "C" not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id)
);
comment on table notes is 'The subject is an id and no foreign key: a note outlives what it tells of.';
-- serves pages, pinned ones first
create index notes_pinned on notes (account_id, pinned, id);
-- serves pages and counts of one subject
create index notes_subject on notes (account_id, subject_type, subject_id, pinned, id);
-- serves pages of one issuer
create index notes_issuer on notes (account_id, issuer_id, pinned, id);
select tenant_table('notes');

create table note_links (
  account_id text collate "C" not null,
  note_id text collate "C" not null,
  kind text not null check (kind in ('mention', 'reference')),
  ref_type text not null check (ref_type in ('user', 'org', 'issuer', 'client', 'webhook', 'api_key')),
  ref_id text collate "C" not null,
  ref_issuer_id text collate "C",
  position integer not null,
  created_at bigint not null,
  primary key (account_id, note_id, kind, ref_type, ref_id),
  foreign key (account_id, note_id) references notes (account_id, id) on delete cascade
);
comment on column note_links.position is 'Its place among the links of the text.';
-- serves backlinks, and the notes that mention a user
create index note_links_target on note_links (account_id, kind, ref_type, ref_id, note_id);
select tenant_table('note_links');
