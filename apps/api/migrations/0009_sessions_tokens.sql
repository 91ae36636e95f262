-- breaks the running version: no
-- Sessions, personal tokens, and what the verification of a token reads.

create table sessions (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  id text collate "C" not null,
  user_id text collate "C" not null,
  type text not null check (type in ('op', 'rp')),
  op_session_id text collate "C",
  client_id text collate "C",
  status text not null default 'active' check (status in ('inactive', 'active', 'suspended', 'revoked')),
  status_at bigint,
  status_reason text,
  status_by text,
  authentication jsonb not null,
  device jsonb not null default '{"name": null, "user_agent": null}',
  location text,
  origin text,
  ttl integer not null,
  idle_timeout integer not null,
  last_activity_at bigint not null,
  access_token_issued_at bigint,
  refresh_token_issued_at bigint,
  refresh_count integer not null default 0,
  compromised boolean not null default false,
  compromised_at bigint,
  compromised_reason text,
  revoked_at bigint,
  revoked_reason text,
  metadata jsonb not null default '{}',
  expires_at bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  -- serves a page of an issuer's sessions, newest first
  primary key (account_id, issuer_id, id),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade,
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade,
  check ((type = 'rp') = (client_id is not null))
);
comment on table sessions is 'An op session is the single sign-on anchor; an rp session of a client hangs off it, and may outlive it.';
comment on column sessions.authentication is 'ts:import("@authpi/schema").SessionAuthentication';
comment on column sessions.device is 'ts:import("@authpi/schema").SessionDevice';
comment on column sessions.metadata is 'ts:Record<string, string>';
comment on column sessions.ttl is 'Seconds, as idle_timeout is; expires_at is what it made.';
-- serves a user's sessions, newest first
create index sessions_user on sessions (account_id, issuer_id, user_id, id);
-- serves the rp sessions of an op session
create index sessions_op on sessions (account_id, issuer_id, op_session_id);
-- serves a page of a client's sessions
create index sessions_client on sessions (account_id, issuer_id, client_id, id);
select tenant_table('sessions');

create table personal_tokens (
  account_id text collate "C" not null,
  id text collate "C" not null,
  issuer_id text collate "C" not null,
  user_id text collate "C" not null,
  name text not null,
  description text,
  tags text[] not null default '{}',
  scopes text[] not null default '{}',
  ip_allowlist inet[] not null default '{}',
  audience text,
  expires_at bigint not null,
  metadata jsonb not null default '{}',
  last_used_at bigint,
  status text not null default 'active' check (status in ('active', 'blocked', 'revoked')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade,
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade
) with (fillfactor = 70);
comment on table personal_tokens is 'The token itself is not here: its signature is what proves it, and its jti is the id.';
comment on column personal_tokens.metadata is 'ts:Record<string, string>';
-- serves a user's tokens, newest first
create index personal_tokens_user on personal_tokens (account_id, issuer_id, user_id, id);
select tenant_table('personal_tokens');

create table denied_tokens (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  jti text collate "C" not null,
  expires_at bigint not null,
  primary key (account_id, issuer_id, jti),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade
);
comment on table denied_tokens is 'Access tokens that were revoked before their end; a row is needed until then.';
-- serves the purge of what has ended anyway
create index denied_tokens_end on denied_tokens (account_id, expires_at);
select tenant_table('denied_tokens');

alter table issuer_signing_keys add column purpose text not null default 'tokens'
  check (purpose in ('tokens', 'personal_tokens'));
comment on column issuer_signing_keys.purpose is 'The key for personal tokens is neither published nor rotated: they live for up to 366 days, and are looked up at every use.';
-- one of them an issuer, whoever comes first
create unique index issuer_signing_keys_personal on issuer_signing_keys (account_id, issuer_id)
  where purpose = 'personal_tokens';

-- serves the accounts whose member a user of the root issuer is, before any account is known: an account and its own organization
-- share their suffix, so that no other membership is in here
create unique index members_of_accounts on members (member_id, account_id)
  where substr(org_id, 5) = substr(account_id, 5);

-- The verification of a token comes before its tenant is known, as that of a key does.
create policy verify on issuer_signing_keys for select to authpi_verify using (true);
create policy verify on users for select to authpi_verify using (true);
create policy verify on agents for select to authpi_verify using (true);
create policy verify on clients for select to authpi_verify using (true);
create policy verify on sessions for select to authpi_verify using (true);
create policy verify on denied_tokens for select to authpi_verify using (true);
create policy verify on personal_tokens for select to authpi_verify using (true);
create policy verify_touch on personal_tokens for update to authpi_verify using (true) with check (true);
create policy verify on members for select to authpi_verify using (true);
create policy verify on groups for select to authpi_verify using (true);
create policy verify on group_members for select to authpi_verify using (true);
grant select (account_id, issuer_id, kid, alg, public_jwk, status, purpose) on issuer_signing_keys to authpi_verify;
grant select (account_id, issuer_id, id, status) on users to authpi_verify;
grant select (account_id, issuer_id, id, status) on agents to authpi_verify;
grant select (account_id, issuer_id, id, status, settings) on clients to authpi_verify;
grant select (account_id, issuer_id, id, user_id, client_id, op_session_id, status, expires_at, idle_timeout, last_activity_at)
  on sessions to authpi_verify;
grant select on denied_tokens to authpi_verify;
grant select (account_id, id, issuer_id, user_id, scopes, ip_allowlist, audience, expires_at, last_used_at, status),
  update (last_used_at) on personal_tokens to authpi_verify;
grant select (account_id, issuer_id, org_id, member_id, scopes, status) on members to authpi_verify;
grant select (account_id, issuer_id, org_id, id, scopes) on groups to authpi_verify;
grant select (account_id, issuer_id, org_id, group_id, member_id) on group_members to authpi_verify;
alter policy verify on events with check (type in ('api-key.verified', 'personal-token.verified') and metered);
