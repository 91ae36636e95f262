-- breaks the running version: no
-- The devices that a user trusts; and, beside them, what serves the users who wait for approval.

create table trusted_devices (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  user_id text collate "C" not null,
  id text collate "C" not null,
  fingerprint text not null,
  name text,
  user_agent text,
  trusted_at bigint not null,
  expires_at bigint not null,
  last_used_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  -- serves a user's devices, newest first
  primary key (account_id, issuer_id, user_id, id),
  unique (account_id, issuer_id, user_id, fingerprint),
  foreign key (account_id, issuer_id, user_id) references users (account_id, issuer_id, id) on delete cascade
);
select tenant_table('trusted_devices');

-- serves the users who wait for approval, oldest first
create index users_waiting on users (account_id, issuer_id, id) where status = 'pending_approval';
