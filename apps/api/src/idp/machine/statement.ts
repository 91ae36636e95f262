import { scopes as oidcScopes } from "../claims.ts";

/**
 * Who a request is of, and whether what was presented proves it, in the snapshot in which everything else is read: a secret that was
 * rotated, a key that was removed, a client that was blocked counts from the next statement on.
 * $1 issuer, $2 client or agent, $3 method, $4 and $5 the proof, $6 now, $7 and $8 the assertion that is spent by this.
 */
const clientFound = `found as (
  select i.account_id, i.id as issuer_id, c.id, c.confidential, c.settings, c.settings -> 'openid' as openid,
    case $3::text
      when 'none' then not c.confidential
      when 'private_key_jwt' then jsonb_build_object('jwks', c.settings -> 'openid' -> 'jwks',
        'jwks_uri', c.settings -> 'openid' -> 'jwks_uri') = $5::jsonb
      else coalesce(c.secret_mac = $4::bytea, false)
        or coalesce(c.previous_mac = $4::bytea and c.previous_expires_at > $6, false)
    end as proven
  from issuers i join clients c on c.account_id = i.account_id and c.issuer_id = i.id and c.id = $2
  where i.id = $1 and i.status = 'active' and i.deleted_at is null and c.status = 'active'
)`;

/** Of a key ($5 is null at its place) the signature was checked already, and what a verifier's key is never changes. */
const agentFound = `found as (
  select i.account_id, i.id as issuer_id, a.id, a.scopes, v.id as verifier_id, v.last_used_at, v.id is not null as proven
  from issuers i join agents a on a.account_id = i.account_id and a.issuer_id = i.id and a.id = $2
  left join lateral (
    select v.id, v.last_used_at from unnest($4::text[], $5::bytea[]) as p(id, mac)
    join agent_verifiers v on v.account_id = a.account_id and v.issuer_id = a.issuer_id and v.agent_id = a.id and v.id = p.id
    where case v.type when 'secret' then v.secret_mac = p.mac when 'jwk' then p.mac is null and $3::text = 'private_key_jwt' end
    limit 1) v on true
  where i.id = $1 and i.status = 'active' and i.deleted_at is null and a.status = 'active'
)`;

const authenticated = `spent as (
  insert into used_assertions (account_id, issuer_id, client_id, jti_hash, expires_at)
  select account_id, issuer_id, id, $7::bytea, $8::bigint from found where proven and $7::bytea is not null
  on conflict (account_id, issuer_id, client_id, jti_hash) do nothing
  returning client_id
), authenticated as (
  select *, proven and ($7::bytea is null or exists (select from spent)) as good from found
)`;

/**
 * $9 whether the request is sound, $10 the scopes that it asks for, $11 the resources, $12 the organization. What the provider checks
 * first comes first. $21 the algorithms that the issuer has a key for.
 */
const clientJudged = `asked as (
  select *, (select r from unnest($11::text[]) r where not coalesce(openid -> 'resources' ? r, false) limit 1) as wrong_resource,
    (select s from unnest($10::text[]) s where s = any (${literal(oidcScopes)}) or not coalesce(settings -> 'scopes' ? s, false)
      limit 1) as wrong_scope,
    coalesce($10::text[], array(select s from jsonb_array_elements_text(settings -> 'scopes') s
      where s <> all (${literal(oidcScopes)}))) as granted,
    (settings ->> 'access_token_ttl')::integer as own_ttl,
    settings ->> 'response_signature_alg' as alg, openid ->> 'token_endpoint_auth_method' as registered
  from authenticated
), judged as (
  select *, null::json as organizations, null::text as verifier_id, case
    when not good then 'invalid_client'
    when registered <> $3 then 'method'
    when not confidential or not coalesce(openid -> 'grant_types' ? 'client_credentials', false) then 'unauthorized_client'
    when alg <> all ($21::text[]) then 'no_key'
    when not $9::boolean then 'flawed'
    when wrong_resource is not null then 'invalid_target'
    when wrong_scope is not null then 'invalid_scope'
    when $12::text is not null then 'no_member'
  end as fault
  from asked
)`;

/** $21 the root issuer, whose agents are members of accounts; $22 the resource that the Core API is. */
const agentJudged = `joined as (
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.created_at
  from authenticated a join members m on m.account_id = a.account_id and m.issuer_id = a.issuer_id and m.member_id = a.id
  where a.good and a.issuer_id <> $21 and m.status = 'active'
  union all
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.created_at
  from authenticated a join members m on m.issuer_id = a.issuer_id and m.member_id = a.id
    and substr(m.org_id, 5) = substr(m.account_id, 5)
  where a.good and a.issuer_id = $21 and m.status = 'active'
), live as (
  select m.org_id, g.name, m.created_at / 1000 as joined_at, array(
    select scope from unnest(m.scopes) scope
    union
    select unnest(g.scopes) from group_members gm join groups g on g.account_id = gm.account_id
      and g.issuer_id = gm.issuer_id and g.org_id = gm.org_id and g.id = gm.group_id
    where gm.account_id = m.account_id and gm.issuer_id = m.issuer_id and gm.org_id = m.org_id and gm.member_id = m.member_id
    order by 1) as scopes
  from joined m join organizations g on g.account_id = m.account_id and g.issuer_id = m.issuer_id and g.id = m.org_id
  where g.status = 'active' and g.deleted_at is null and ($12::text is null or m.org_id = $12)
), asked as (
  select a.*, (select r from unnest($11::text[]) r where not (a.issuer_id = $21 and r = $22) and not exists (
      select from clients c where c.account_id = a.account_id and c.issuer_id = a.issuer_id and c.status = 'active'
        and c.settings -> 'openid' -> 'resources' ? r) limit 1) as wrong_resource,
    (select s from unnest($10::text[]) s where s = any (${literal(oidcScopes)}) or s <> all (a.scopes) limit 1) as wrong_scope,
    coalesce($10::text[], array(select s from unnest(a.scopes) s where s <> all (${literal(oidcScopes)}))) as granted
  from authenticated a
), judged as (
  select *, null::integer as own_ttl, null::text as registered, 'ES256' as alg,
    (select coalesce(json_agg(json_build_object('id', org_id, 'title', name, 'scopes', scopes, 'joined_at', joined_at)
      order by org_id), '[]') from live) as organizations,
    case
      when not good then 'invalid_client'
      when not $9::boolean then 'flawed'
      when wrong_resource is not null then 'invalid_target'
      when wrong_scope is not null then 'invalid_scope'
      when $12::text is not null and not exists (select from live) then 'no_member'
    end as fault
  from asked
)`;

/**
 * The event, in the same commit. Where a webhook wants it nothing is recorded here: whoever issues the token appends it together with
 * its deliveries. $13 to $18 are the event's id, time, epoch, trace, address and user agent, $19 the token's id, $20 its lifetime.
 */
const issued = (type: "client" | "agent") => `issued as (
  select *,
    jsonb_strip_nulls(jsonb_build_object('type', '${type}', '${type}_id', id, 'ip', $17::text, 'user_agent', $18::text)) as auth,
    jsonb_build_object('type', '${type}', 'id', id, 'account_id', account_id, 'issuer_id', issuer_id, '${type}_id', id) as subject,
    jsonb_strip_nulls(jsonb_build_object('jti', $19::text, 'scopes', granted,
      'audience', case when $11::text[] = '{}' then array[id] else $11::text[] end,
      'expires_at', ($6::bigint / 1000 + ttl) * 1000, 'org_id', $12::text,
      'auth_method', $3::text, 'verifier_id', verifier_id)) as data,
    exists (select from webhooks w where w.account_id = judged.account_id and w.status <> 'disabled'
      and webhook_wants(w.events, w.subjects, '${issuedEvent}', jsonb_build_object('issuer', issuer_id, '${type}', id))) as awaited
  from (select *, least(coalesce(own_ttl, $20::integer), 1814400) as ttl from judged) judged where fault is null
), recorded as (
  insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data, issuer_id, ${type}_id)
  select account_id, $13::text, false, $14::bigint, $15::integer, '${issuedEvent}', 'idp', 'client_credentials', $16::text,
    auth, subject, data, issuer_id, id
  from issued where not awaited
)`;

const touched = `free as (
  select v.account_id, v.issuer_id, v.agent_id, v.id from issued i join agent_verifiers v
    on v.account_id = i.account_id and v.issuer_id = i.issuer_id and v.agent_id = i.id and v.id = i.verifier_id
  where coalesce(i.last_used_at, 0) <= $6::bigint - 60000
  for no key update of v skip locked
), touched as (
  update agent_verifiers v set usage_count = v.usage_count + 1, last_used_at = $6 from free f
  where v.account_id = f.account_id and v.issuer_id = f.issuer_id and v.agent_id = f.agent_id and v.id = f.id
)`;

const answer = `select j.account_id, j.id, j.fault, j.granted as scopes, j.alg, j.registered, j.wrong_scope, j.wrong_resource,
  j.organizations, i.ttl, i.awaited, case when i.awaited then i.auth end as auth, case when i.awaited then i.subject end as subject,
  case when i.awaited then i.data end as data
from judged j left join issued i on true`;

function literal(values: readonly string[]): string {
  return `'{${values.join()}}'::text[]`;
}

export const issuedEvent = "machine.token.issued";

export const clientToken = {
  name: "issue_client_token",
  text: `with ${[clientFound, authenticated, clientJudged, issued("client")].join(", ")}\n${answer}`,
};
export const agentToken = {
  name: "issue_agent_token",
  text: `with ${[agentFound, authenticated, agentJudged, issued("agent"), touched].join(", ")}\n${answer}`,
};

/** The first eight parameters alone, for endpoints that issue nothing. */
export const clientProof = {
  name: "prove_client",
  text: `with ${[clientFound, authenticated].join(", ")}
    select account_id, good, openid ->> 'token_endpoint_auth_method' as registered from authenticated`,
};
export const agentProof = {
  name: "prove_agent",
  text: `with ${[agentFound, authenticated].join(", ")} 
    select account_id, good, null::text as registered from authenticated where $6::bigint is not null`,
};

/** What an assertion of a client is checked with. */
export const clientKeys = {
  name: "find_client_keys",
  text: `select c.settings -> 'openid' -> 'jwks' as jwks, c.settings -> 'openid' -> 'jwks_uri' as jwks_uri
    from issuers i join clients c on c.account_id = i.account_id and c.issuer_id = i.id and c.id = $2
    where i.id = $1 and c.status = 'active'`,
};

/** An agent's keys, and those of its secrets that end like the one presented ($3): each has a MAC of its own to compare. */
export const agentVerifiers = {
  name: "find_agent_verifiers",
  text: `select v.id, v.type, v.credential from issuers i join agent_verifiers v
    on v.account_id = i.account_id and v.issuer_id = i.id and v.agent_id = $2
    where i.id = $1 and case when $3::text is null then v.type = 'jwk' else v.type = 'secret' and v.secret_hint = $3 end`,
};
