-- breaks the running version: no
-- Tokens for machines: what the statement that issues them reads, touches and records.

create table used_assertions (
  account_id text collate "C" not null,
  issuer_id text collate "C" not null,
  client_id text collate "C" not null,
  jti_hash bytea not null,
  expires_at bigint not null,
  primary key (account_id, issuer_id, client_id, jti_hash),
  foreign key (account_id, issuer_id) references issuers (account_id, id) on delete cascade
);
comment on table used_assertions is 'Assertions by which clients and agents have proved themselves (RFC 7523): none is taken twice. A row is needed until the assertion ends.';
select tenant_table('used_assertions');

create policy verify on used_assertions for select to authpi_verify using (true);
create policy verify_add on used_assertions for insert to authpi_verify with check (true);
grant select, insert on used_assertions to authpi_verify;

create policy verify on agent_verifiers for select to authpi_verify using (true);
create policy verify_touch on agent_verifiers for update to authpi_verify using (true) with check (true);
create policy verify on webhooks for select to authpi_verify using (true);
grant select (confidential, secret_mac, previous_mac, previous_expires_at) on clients to authpi_verify;
grant select (scopes) on agents to authpi_verify;
grant select (account_id, issuer_id, agent_id, id, type, credential, secret_mac, secret_hint, usage_count, last_used_at),
  update (usage_count, last_used_at) on agent_verifiers to authpi_verify;
grant select (account_id, id, events, subjects, status) on webhooks to authpi_verify;
alter policy verify on events with check (
  type in ('api-key.verified', 'personal-token.verified') and metered or type = 'machine.token.issued' and not metered);
