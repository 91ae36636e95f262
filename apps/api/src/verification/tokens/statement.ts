import { type Asked, factsColumns, factsParameters, factsSql } from "./facts.ts";

/** What the event of a verification carries. */
export interface Recorded {
  eventId: string;
  eventAt: number;
  epoch: number;
  trigger: string;
  trace: string;
}

/**
 * The facts, and in the same snapshot and commit the event of a personal token's verification and its time of use. Users of the
 * root issuer call the Core API with theirs, as accounts do with their keys: that records nothing.
 */
export const tokenStatement = {
  name: "verify_token",
  text: `with ${factsSql.trim()}, recorded as (
  insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data, issuer_id, user_id)
  select account_id, $14::text, true, $15::bigint, $16::integer, 'personal-token.verified', 'core', $17::text, $18::text,
    jsonb_strip_nulls(jsonb_build_object('type', 'personal_token', 'key_id', token_id, 'user_id', user_id, 'ip', host(ip))),
    jsonb_build_object('type', 'personal_token', 'id', token_id, 'account_id', account_id, 'issuer_id', issuer_id,
      'user_id', user_id),
    '{}', issuer_id, user_id
  from judged where reason is null and token_id is not null and issuer_id <> $2
), free as (
  select t.account_id, t.id from judged j join personal_tokens t on t.account_id = j.account_id and t.id = j.token_id
  where j.reason is null and coalesce(j.last_used_at, 0) <= $12 - 60000
  for no key update of t skip locked
), touched as (
  update personal_tokens t set last_used_at = $12 from free f where t.account_id = f.account_id and t.id = f.id
)
${factsColumns}`,
};

export const tokenParameters = (asked: Asked, { eventId, eventAt, epoch, trigger, trace }: Recorded) => [
  ...factsParameters(asked),
  ...[eventId, eventAt, epoch, trigger, trace],
];

export const keyStatement = {
  name: "find_signing_key",
  text: `select k.alg, k.public_jwk from issuers i join issuer_signing_keys k on k.account_id = i.account_id and k.issuer_id = i.id
    where i.id = $1 and k.kid = $2`,
};
