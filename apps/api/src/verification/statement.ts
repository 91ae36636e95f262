import type { IdSeries } from "../domain/ids.ts";

/** A credential as it was presented. All of it was checked: no character of it needs quoting in an array's text. */
export interface Presented {
  id: string;
  /** Hexadecimal. */
  mac: string;
  /** The peer's address; undefined where it is not known. */
  ip: string | undefined;
  /** The address that the peer named for its own caller: it stands for the peer's where the key is an organization's. */
  callerIp: string | undefined;
  /** The id of the request. */
  trace: string;
}

/** What the statement says of a credential that is good. */
export type Hit = [ordinal: string, accountId: string, issuerId: string, orgId: string, scopes: string];

export interface Moment {
  now: number;
  rootIssuerId: string;
  epoch: number;
  trigger: string;
  events: IdSeries;
}

/**
 * Joins what was presented with the keys that are live now, records each verification of an organization's key, and touches
 * the times of use at most once a minute: one snapshot, one commit, for all that wait.
 */
const verifySql = `
with hit as materialized (
  select p.n, p.trace, k.id, k.account_id, k.issuer_id, k.org_id, k.scopes, k.last_used_at, k.previous_last_used_at,
    k.secret_mac <> p.mac as by_previous,
    case when k.issuer_id = $7 then p.ip else coalesce(p.caller_ip, p.ip) end as ip
  from unnest($1::text[], $2::bytea[], $3::inet[], $4::inet[], $5::text[]) with ordinality as p(id, mac, ip, caller_ip, trace, n)
  join api_keys k on k.id = p.id
  join issuers i on i.id = k.issuer_id
  join organizations o on o.account_id = k.account_id and o.issuer_id = k.issuer_id and o.id = k.org_id
  where (k.secret_mac = p.mac or (k.previous_mac = p.mac and k.previous_expires_at > $6))
    and k.status = 'active' and (k.expires_at is null or k.expires_at > $6)
    and o.status = 'active' and o.deleted_at is null
    and i.status = 'active' and i.deleted_at is null
    and (k.ip_allowlist = '{}'
      or case when k.issuer_id = $7 then p.ip else coalesce(p.caller_ip, p.ip) end <<= any (k.ip_allowlist))
), recorded as (
  insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data,
    issuer_id, org_id, key_id)
  select account_id, $8::text || (10000 + n)::text, true, $9, $10, 'api-key.verified', 'core', $11, trace,
    jsonb_strip_nulls(jsonb_build_object('type', 'api_key', 'key_id', id, 'org_id', org_id, 'ip', host(ip))),
    jsonb_build_object('type', 'api_key', 'id', id, 'account_id', account_id, 'issuer_id', issuer_id, 'org_id', org_id,
      'key_id', id),
    '{}', issuer_id, org_id, id
  from hit where issuer_id <> $7
), stale as (
  select id, bool_or(not by_previous) as by_current, bool_or(by_previous) as by_previous from hit
  where coalesce(case when by_previous then previous_last_used_at else last_used_at end, 0) <= $6 - 60000
  group by id
), free as (
  select k.id, s.by_current, s.by_previous from stale s join api_keys k on k.id = s.id
  for no key update of k skip locked
), touched as (
  update api_keys k set last_used_at = case when f.by_current then $6 else k.last_used_at end,
    previous_last_used_at = case when f.by_previous then $6 else k.previous_last_used_at end
  from free f where k.id = f.id
)
select n, account_id, issuer_id, org_id, array_to_json(scopes) from hit`;

export const statementName = "verify";

/**
 * Prepares a connection for the statement and for nothing else: its narrow role, and one plan that no batch's size changes. All
 * in one message.
 */
export const sessionSql = (statementTimeoutMs: number): string => `
set role authpi_verify;
set application_name = 'authpi verification';
set statement_timeout = ${Math.trunc(statementTimeoutMs)};
set plan_cache_mode = force_generic_plan;
set enable_seqscan = off;
set enable_hashjoin = off;
set enable_mergejoin = off;
set jit = off;
prepare ${statementName} (text[], bytea[], inet[], inet[], text[], bigint, text, text, bigint, integer, text) as ${verifySql}`;

/** The statement's parameters in the order of their numbers. */
export const parametersOf = (batch: readonly Presented[], moment: Moment): (string | null)[] => {
  let ids = "";
  let macs = "";
  let ips = "";
  let traces = "";
  let named = false;
  let separator = "{";
  for (const { id, mac, ip, callerIp, trace } of batch) {
    ids += separator + id;
    macs += `${separator}"\\\\x${mac}"`;
    ips += separator + (ip ?? "null");
    traces += separator + trace;
    named ||= callerIp !== undefined;
    separator = ",";
  }
  const callerIps = named ? `{${batch.map(({ callerIp }) => callerIp ?? "null").join()}}` : null;
  const { now, rootIssuerId, events, epoch, trigger } = moment;
  return [
    `${ids}}`,
    `${macs}}`,
    `${ips}}`,
    callerIps,
    `${traces}}`,
    String(now),
    rootIssuerId,
    events.head,
    String(events.madeAt),
    String(epoch),
    trigger,
  ];
};
