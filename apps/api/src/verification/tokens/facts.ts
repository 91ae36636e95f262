import type { Claims } from "./claims.ts";

/** Why a credential is refused, as introspection tells it. */
export type Refusal = "invalid" | "expired" | "revoked" | "blocked" | "suspended" | "not_found" | "ip_not_allowed";

/** What the database says of a token whose signature is good. */
export interface Facts {
  account_id: string;
  /** Null where the token is good. */
  reason: Refusal | null;
  /** Of a personal token, whose it is. */
  user_id: string | null;
  audience: string | null;
  /** What a personal token leaves of its user's scopes; null for others. */
  limit: string[] | null;
  memberships: Membership[];
}
export interface Membership {
  account_id: string;
  org_id: string;
  /** Its own and its groups'. */
  scopes: string[];
}

export interface Asked {
  claims: Claims;
  rootIssuerId: string;
  /** The peer's address, and the one that the peer names for its own caller; see statement.ts. */
  ip: string | undefined;
  callerIp: string | undefined;
  now: number;
}

/**
 * One row for an issuer that there is: the truth of the token's issuer, key, subject, client and session, and the memberships that
 * are live in this moment. A look-up by ids alone, so that what does not matter for the kind of token costs an index's miss.
 */
export const factsSql = `
found as (
  select i.account_id, i.id as issuer_id, i.status as issuer_status, i.deleted_at, k.kid,
    t.id as token_id, t.scopes as token_scopes, t.audience, t.last_used_at,
    t.status as token_status, t.expires_at as token_expires_at,
    t.ip_allowlist = '{}' or case when i.id = $2 then $10::inet else coalesce($11::inet, $10::inet) end <<= any (t.ip_allowlist) as admitted,
    case when i.id = $2 then $10::inet else coalesce($11::inet, $10::inet) end as ip,
    u.id as user_id, u.status as user_status, a.id as agent_id, a.status as agent_status, c.id as client_id, c.status as client_status,
    coalesce(c.settings -> 'organizations', '{"mode": "all"}') as shown,
    s.id as session_id, s.status as session_status, o.status as op_status,
    least(s.expires_at, s.last_activity_at + s.idle_timeout * 1000::bigint) as session_end,
    exists (select from denied_tokens d where d.account_id = i.account_id and d.issuer_id = i.id and d.jti = $9) as denied
  from issuers i
  left join issuer_signing_keys k on k.account_id = i.account_id and k.issuer_id = i.id and k.kid = $3 and k.status <> 'next'
    and k.purpose = case when $4::text is null then 'tokens' else 'personal_tokens' end
  left join personal_tokens t on t.account_id = i.account_id and t.id = $4 and t.issuer_id = i.id
  left join users u on u.account_id = i.account_id and u.issuer_id = i.id and u.id = coalesce($5::text, t.user_id)
  left join agents a on a.account_id = i.account_id and a.issuer_id = i.id and a.id = $6
  left join clients c on c.account_id = i.account_id and c.issuer_id = i.id and c.id = $7
  left join sessions s on s.account_id = i.account_id and s.issuer_id = i.id and s.id = $8
    and s.user_id = u.id and s.client_id = c.id
  left join sessions o on o.account_id = i.account_id and o.issuer_id = i.id and o.id = s.op_session_id
  where i.id = $1
), judged as (
  select *, case
    when deleted_at is not null or kid is null then 'invalid'
    when issuer_status <> 'active' then 'suspended'
    when denied then 'revoked'
    when $4 is not null and token_id is null then 'not_found'
    when token_status in ('revoked', 'blocked') then token_status
    when token_expires_at <= $12 then 'expired'
    when $6 is not null and agent_id is null then 'not_found'
    when agent_status = 'blocked' then 'blocked'
    when agent_status <> 'active' then 'suspended'
    when coalesce($5, $4) is not null and (user_id is null or user_status = 'deleted') then 'not_found'
    when user_status = 'blocked' then 'blocked'
    when user_status <> 'active' then 'suspended'
    when $7 is not null and (client_id is null or client_status = 'deleted') then 'not_found'
    when client_status <> 'active' then 'blocked'
    when $8 is not null and session_id is null then 'not_found'
    when session_status = 'revoked' or op_status = 'revoked' then 'revoked'
    when session_end <= $12 then 'expired'
    when session_status <> 'active' or op_status = 'suspended' then 'suspended'
    -- Unknown, where no address is known, is no.
    when token_id is not null and admitted is not true then 'ip_not_allowed'
  end as reason
  from found
), joined as (
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.status, j.shown
  from judged j join members m on m.account_id = j.account_id and m.issuer_id = j.issuer_id
    and m.member_id = coalesce(j.user_id, j.agent_id)
  where j.reason is null and j.issuer_id <> $2
  union all
  -- A user of the root issuer is a member of accounts, each a tenant of its own (members_of_accounts).
  select m.account_id, m.issuer_id, m.org_id, m.member_id, m.scopes, m.status, j.shown
  from judged j join members m on m.issuer_id = j.issuer_id and m.member_id = coalesce(j.user_id, j.agent_id)
    and substr(m.org_id, 5) = substr(m.account_id, 5)
  where j.reason is null and j.issuer_id = $2
), live as (
  select m.account_id, m.org_id, array(
    select scope from unnest(m.scopes) scope
    union
    select unnest(g.scopes) from group_members gm join groups g on g.account_id = gm.account_id
      and g.issuer_id = gm.issuer_id and g.org_id = gm.org_id and g.id = gm.group_id
    where gm.account_id = m.account_id and gm.issuer_id = m.issuer_id and gm.org_id = m.org_id and gm.member_id = m.member_id
    order by 1) as scopes
  from joined m join organizations g on g.account_id = m.account_id and g.issuer_id = m.issuer_id and g.id = m.org_id
  where m.status = 'active' and g.status = 'active' and g.deleted_at is null and ($13::text is null or m.org_id = $13)
    and (m.shown ->> 'mode' = 'all' or m.shown ->> 'mode' = 'allowlist' and m.shown -> 'ids' ? m.org_id)
)`;

export const factsColumns = `select account_id, reason, user_id, audience, token_scopes as "limit",
  coalesce((select json_agg(json_build_object('account_id', account_id, 'org_id', org_id, 'scopes', scopes) order by org_id)
    from live), '[]') as memberships
from judged`;

/** The statement's parameters, `$1` to `$13`. */
export const factsParameters = ({ claims, rootIssuerId, ip, callerIp, now }: Asked) => [
  claims.issuerId,
  rootIssuerId,
  claims.kid,
  claims.tokenId ?? null,
  claims.userId ?? null,
  claims.agentId ?? null,
  claims.clientId ?? null,
  claims.sid ?? null,
  claims.jti,
  ip ?? null,
  callerIp ?? null,
  now,
  claims.orgId ?? null,
];
