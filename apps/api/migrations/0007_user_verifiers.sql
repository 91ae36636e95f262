-- breaks the running version: no
-- What users prove who they are with. Passwords are hashes, codes are MACs, what must be read again is sealed.

create table user_verifiers (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  user_id text collate "C" not null,
  id text collate "C" not null,
  type text not null check (type in ('password', 'totp', 'webauthn', 'backup_codes')),
  name text not null,
  password_hash text,
  totp_secret bytea,
  totp_counter bigint,
  backup_codes bytea[],
  credential_id bytea,
  public_key bytea,
  sign_count bigint,
  transports text[],
  backed_up boolean,
  failed_attempts integer not null default 0,
  locked_until bigint,
  usage_count integer not null default 0,
  last_used_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  -- serves the list of a user's verifiers, and what they add up to
  primary key (account_id, issuer_id, user_id, id),
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade,
  check (case type
    when 'password' then password_hash is not null
    when 'totp' then totp_secret is not null and totp_counter is not null
    when 'backup_codes' then backup_codes is not null
    when 'webauthn' then credential_id is not null and public_key is not null and sign_count is not null
  end)
);
comment on column user_verifiers.totp_secret is 'Sealed with the row''s own ids.';
comment on column user_verifiers.totp_counter is 'The last time step whose code was taken: neither it nor an earlier one is taken again.';
comment on column user_verifiers.backup_codes is 'ts:Buffer[]';
-- one password and one set of backup codes a user
create unique index user_verifiers_single on user_verifiers (account_id, issuer_id, user_id, type)
  where type in ('password', 'backup_codes');
-- serves a sign-in with a passkey that names its credential alone
create unique index user_verifiers_credential on user_verifiers (account_id, issuer_id, credential_id)
  where type = 'webauthn';
select tenant_table('user_verifiers');

create table user_totp_enrollments (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  user_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  secret bytea not null,
  attempts integer not null default 0,
  expires_at bigint not null,
  primary key (account_id, issuer_id, user_id),
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade
);
comment on table user_totp_enrollments is 'An authenticator app before its first code: one a user, under the id that its verifier will have.';
select tenant_table('user_totp_enrollments');
