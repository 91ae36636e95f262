-- breaks the running version: no
-- Agents of an issuer, and what they prove themselves by.

create table agents (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  id text collate "C" not null,
  name text not null,
  description text,
  model text,
  provider text,
  version text,
  scopes text[] not null default '{}',
  metadata jsonb not null default '{}',
  status text not null default 'active' check (status in ('active', 'suspended', 'blocked')),
  status_at bigint,
  status_reason text,
  status_by text,
  created_at bigint not null,
  updated_at bigint not null,
  -- serves a page of an issuer's agents, newest first
  primary key (account_id, issuer_id, id),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade
);
comment on column agents.metadata is 'ts:Record<string, string>';
select tenant_table('agents');

create table agent_verifiers (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  agent_id text collate "C" not null,
  id text collate "C" not null,
  type text not null check (type in ('secret', 'wallet', 'jwk')),
  name text,
  description text,
  credential jsonb,
  subject text collate "C",
  secret_mac bytea,
  secret_pepper smallint,
  secret_hint text,
  usage_count bigint not null default 0,
  last_used_at bigint,
  created_at bigint not null,
  updated_at bigint not null,
  primary key (account_id, issuer_id, agent_id, id),
  foreign key (account_id, issuer_id, agent_id) references agents (account_id, issuer_id, id) on delete cascade,
  check ((type = 'secret') = (secret_mac is not null)),
  check ((type = 'secret') = (subject is null))
);
comment on column agent_verifiers.credential is 'ts:import("@authpi/schema").AgentVerifier["credential"]';
comment on column agent_verifiers.subject is 'Of a wallet the account in its one form, of a key its thumbprint (RFC 7638): what two of an agent may not share.';
-- serves the agents of a wallet or a key
create unique index agent_verifiers_subject on agent_verifiers (account_id, issuer_id, subject, agent_id)
  where subject is not null;
select tenant_table('agent_verifiers');
