-- breaks the running version: no (the first)
-- The tenants, their credentials and their people. Times are Unix milliseconds. Ids are compared byte by byte.

-- Every table with a tenant calls this once: a row is seen and written under its own account alone. The owner's policy is for
-- migrations and for the operator's commands; the server takes the role authpi_app or authpi_verify for everything that it does.
create function tenant_table(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to authpi_app
    using (account_id = current_setting(''app.account_id'', true))
    with check (account_id = current_setting(''app.account_id'', true))', target);
  execute format('create policy operator on %s to current_user using (true) with check (true)', target);
  execute format('grant select, insert, update, delete on %s to authpi_app', target);
end $$;

create table installation (
  id boolean primary key default true check (id),
  root_account_id text collate "C" not null,
  root_issuer_id text collate "C" not null,
  epoch integer not null default 1,
  system_identifier text not null,
  created_at bigint not null
);
comment on table installation is 'One row. The root issuer belongs to root_account_id, which nobody acts on; epoch grows when the database is restored into another cluster, where transaction ids start anew.';
grant select on installation to authpi_app, authpi_verify;

create table accounts (
  account_id text collate "C" primary key,
  org_id text collate "C" not null unique,
  owner_user_id text collate "C",
  created_at bigint not null
);
comment on table accounts is 'A view on an organization of the root issuer, which holds the rest of its fields.';
select tenant_table('accounts');

create table issuers (
  account_id text collate "C" not null,
  id text collate "C" not null unique,
  name text not null,
  description text,
  links jsonb not null,
  available_scopes text[] not null default '{}',
  settings jsonb not null,
  metadata jsonb not null default '{}',
  status text not null default 'active' check (status in ('active', 'disabled')),
  status_at bigint,
  status_reason text,
  status_by text,
  version integer not null default 1,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint,
  primary key (account_id, id)
);
comment on column issuers.links is 'ts:import("@authpi/schema").IssuerLinks';
comment on column issuers.settings is 'ts:import("@authpi/schema").IssuerSettings';
comment on column issuers.metadata is 'ts:Record<string, string>';
comment on column issuers.version is 'Grows with every change that the OIDC runtime must see.';
select tenant_table('issuers');

create table issuer_signing_keys (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  kid text collate "C" not null,
  alg text not null check (alg in ('ES256', 'EdDSA', 'RS256')),
  public_jwk jsonb not null,
  private_key bytea not null,
  status text not null check (status in ('next', 'active', 'retired')),
  created_at bigint not null,
  retired_at bigint,
  primary key (account_id, issuer_id, kid)
);
comment on column issuer_signing_keys.public_jwk is 'ts:Record<string, string>';
comment on column issuer_signing_keys.private_key is 'The private JWK, encrypted with the installation''s master key.';
select tenant_table('issuer_signing_keys');

create table auth_methods (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  method text not null,
  name text not null,
  enabled boolean not null,
  use text not null check (use in ('login', 'signup', 'both', 'second_factor')),
  settings jsonb not null default '{}',
  position integer not null,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, id)
);
select tenant_table('auth_methods');

create table clients (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  name text not null,
  description text,
  logo_url text,
  type text not null check (type in ('external', 'internal')),
  confidential boolean not null,
  settings jsonb not null,
  metadata jsonb not null default '{}',
  secret_mac bytea,
  secret_pepper smallint,
  secret_rotated_at bigint,
  previous_mac bytea,
  previous_expires_at bigint,
  status text not null default 'active' check (status in ('active', 'disabled', 'deleted')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, id)
);
comment on column clients.settings is 'ts:import("@authpi/schema").ClientSettings';
comment on column clients.metadata is 'ts:Record<string, string>';
select tenant_table('clients');

create table organizations (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  name text not null,
  description text,
  logo_url text,
  org_type text not null default 'default' check (org_type in ('default', 'business', 'charity', 'public_sector')),
  max_members integer,
  default_member_scopes text[] not null default '{}',
  invitation_enabled boolean not null default true,
  invitation_message text,
  address jsonb,
  business_details jsonb,
  contact jsonb not null,
  social_links jsonb not null default '[]',
  scopes text[] not null default '{}',
  security jsonb not null,
  sso jsonb not null,
  custom_fields jsonb not null default '{}',
  metadata jsonb not null default '{}',
  status text not null default 'active' check (status in ('active', 'suspended')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  deleted_at bigint,
  primary key (account_id, issuer_id, id)
);
comment on column organizations.address is 'ts:import("@authpi/schema").Address';
comment on column organizations.business_details is 'ts:Record<string, unknown>';
comment on column organizations.contact is 'ts:import("@authpi/schema").Contact';
comment on column organizations.social_links is 'ts:Record<string, unknown>[]';
comment on column organizations.security is 'ts:import("@authpi/schema").OrganizationSecurity';
comment on column organizations.sso is 'ts:import("@authpi/schema").OrganizationSso';
comment on column organizations.custom_fields is 'ts:Record<string, unknown>';
comment on column organizations.metadata is 'ts:Record<string, string>';
select tenant_table('organizations');

create table users (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null references issuers (id) on delete cascade,
  id text collate "C" not null,
  username_type text not null check (username_type in ('email', 'phone', 'unique-name')),
  username text not null,
  profile jsonb not null,
  scopes text[] not null default '{}',
  compliance jsonb not null,
  preferences jsonb not null default '{}',
  approval jsonb,
  custom_fields jsonb not null default '{}',
  metadata jsonb not null default '{}',
  status text not null default 'active'
    check (status in ('active', 'suspended', 'disabled', 'blocked', 'pending_approval', 'deleted')),
  status_at bigint,
  status_reason text,
  status_by text,
  status_before_deletion text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, id),
  unique (account_id, issuer_id, username_type, username)
);
comment on column users.status_before_deletion is 'ts:Users["status"]';
comment on column users.profile is 'ts:import("@authpi/schema").UserProfile';
comment on column users.compliance is 'ts:import("@authpi/schema").UserCompliance';
comment on column users.preferences is 'ts:Record<string, unknown>';
comment on column users.approval is 'ts:import("@authpi/schema").UserApproval';
comment on column users.custom_fields is 'ts:Record<string, unknown>';
comment on column users.metadata is 'ts:Record<string, string>';
select tenant_table('users');

-- Users of the root issuer belong to the installation, not to an account: an account that adds one as its member may ask whether
-- there is one of this id, and nothing else.
create function root_user_exists(wanted text) returns boolean language sql stable security definer set search_path = public as $$
  select exists (
    select from users u join installation i on u.account_id = i.root_account_id and u.issuer_id = i.root_issuer_id
    where u.id = wanted and u.status <> 'deleted')
$$;
revoke execute on function root_user_exists(text) from public;
grant execute on function root_user_exists(text) to authpi_app;

create table members (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  member_id text collate "C" not null,
  member_type text not null check (member_type in ('user', 'agent')),
  scopes text[] not null default '{}',
  user_title text,
  metadata jsonb not null default '{}',
  status text not null default 'active' check (status in ('active', 'suspended')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, org_id, member_id),
  foreign key (account_id, issuer_id, org_id) references organizations (account_id, issuer_id, id) on delete cascade
);
comment on column members.metadata is 'ts:Record<string, string>';
-- serves a page of an organization's members, newest first
create index members_page on members (account_id, issuer_id, org_id, created_at, member_id);
-- serves a user's memberships
create index members_of on members (account_id, issuer_id, member_id);
select tenant_table('members');

create table api_keys (
  account_id text collate "C" not null,
  id text collate "C" not null unique,
  issuer_id text collate "C" not null,
  org_id text collate "C" not null,
  name text not null,
  description text,
  tags text[] not null default '{}',
  scopes text[] not null default '{}',
  ip_allowlist inet[] not null default '{}',
  expires_at bigint,
  metadata jsonb not null default '{}',
  secret_mac bytea not null,
  secret_pepper smallint not null default 1,
  secret_hint text not null,
  last_rotated_at bigint,
  last_used_at bigint,
  previous_mac bytea,
  previous_expires_at bigint,
  previous_last_used_at bigint,
  status text not null default 'active' check (status in ('active', 'blocked', 'revoked')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, id),
  foreign key (account_id, issuer_id, org_id) references organizations (account_id, issuer_id, id) on delete cascade
) with (fillfactor = 70);
comment on column api_keys.metadata is 'ts:Record<string, string>';
-- serves a page of an organization's keys, newest first
create index api_keys_page on api_keys (account_id, org_id, id);
select tenant_table('api_keys');

create table idempotency_keys (
  account_id text collate "C" not null,
  credential_id text collate "C" not null,
  key_mac bytea not null,
  fingerprint bytea not null,
  answer bytea not null,
  expires_at bigint not null,
  primary key (account_id, credential_id, key_mac)
);
comment on column idempotency_keys.answer is 'Status, headers and body, encrypted with a key that only the idempotency key gives.';
select tenant_table('idempotency_keys');

-- The verification of a credential comes before its tenant is known: this role reads what the one statement joins, touches the
-- times of use and adds events of one type.
create policy verify on api_keys for select to authpi_verify using (true);
create policy verify_touch on api_keys for update to authpi_verify using (true) with check (true);
create policy verify on organizations for select to authpi_verify using (true);
create policy verify on issuers for select to authpi_verify using (true);
grant select (id, account_id, issuer_id, org_id, secret_mac, previous_mac, previous_expires_at, previous_last_used_at, status,
  scopes, ip_allowlist, expires_at, last_used_at), update (last_used_at, previous_last_used_at) on api_keys to authpi_verify;
grant select (account_id, issuer_id, id, status, deleted_at) on organizations to authpi_verify;
grant select (account_id, id, status, version, deleted_at) on issuers to authpi_verify;
