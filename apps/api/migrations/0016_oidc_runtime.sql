-- breaks the running version: no
-- What the OIDC runtime keeps: the provider's artifacts, what people have agreed to, and where a session comes from.

create table oidc_artifacts (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  model text not null,
  id_hash bytea not null,
  grant_id text,
  uid text,
  user_id text collate "C",
  org_id text collate "C",
  payload jsonb not null,
  consumed_at bigint,
  expires_at bigint not null,
  primary key (account_id, issuer_id, model, id_hash),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade
);
comment on table oidc_artifacts is 'Codes, refresh tokens, grants, single sign-on cookies and interactions of oidc-provider. A consumed or expired one stays for a while, so that a replay of it is known.';
comment on column oidc_artifacts.id_hash is 'SHA-256: who reads the table has no token.';
comment on column oidc_artifacts.org_id is 'Of a grant: the one organization that was selected.';
comment on column oidc_artifacts.payload is 'ts:import("oidc-provider").AdapterPayload';
select tenant_table('oidc_artifacts');
-- ends a family
create index oidc_artifacts_grant on oidc_artifacts (account_id, issuer_id, grant_id) where grant_id is not null;
-- finds the single sign-on session of an interaction
create index oidc_artifacts_uid on oidc_artifacts (account_id, issuer_id, uid) where uid is not null;
-- serves the sweep, and the purge of a user
create index oidc_artifacts_end on oidc_artifacts (account_id, expires_at);
create index oidc_artifacts_user on oidc_artifacts (account_id, issuer_id, user_id) where user_id is not null;

alter table sessions add column provider_uid text, add column offline boolean not null default false;
comment on column sessions.provider_uid is 'Of an op session: what oidc-provider calls it.';
comment on column sessions.offline is 'Of an rp session: it was asked for with offline_access, and idles by its refresh token.';
create unique index sessions_provider on sessions (account_id, issuer_id, provider_uid) where provider_uid is not null;

create table consents (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  user_id text collate "C" not null,
  client_id text collate "C" not null,
  scopes text[] not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, user_id, client_id),
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade,
  foreign key (account_id, issuer_id, client_id) references clients (account_id, issuer_id, id) on delete cascade
);
comment on table consents is 'What a person has let an external client have; asked once, until it is revoked or more is wanted.';
select tenant_table('consents');

-- What a token says of its subject is read as the verification reads it, before any tenant is known: people of the root issuer are
-- members of accounts, each a tenant of its own.
grant select (name) on organizations to authpi_verify;
grant select (created_at) on members to authpi_verify;
grant select (username_type, username, profile, updated_at) on users to authpi_verify;
grant select (account_id, issuer_id, model, id_hash, org_id) on oidc_artifacts to authpi_verify;
create policy verify on oidc_artifacts for select to authpi_verify using (true);
