import { type SqlBool, sql } from "kysely";
import { issuerChanged } from "../../db/channels.ts";
import { jsonb } from "../../db/expressions.ts";
import type { Tx } from "../../db/tx.ts";
import type { SigningAlgorithm, SigningKeyRow } from "../../keys/signing-keys.ts";

export interface KeyPlace {
  account_id: string;
  issuer_id: string;
  alg: SigningAlgorithm;
}
export type NewKey = SigningKeyRow & Pick<KeyPlace, "account_id">;

/** What is asked over all accounts is asked by the operator, in parts of so many. */
export const partMax = 100;

/** Keys that sign since before a time, while nothing follows them; of one issuer, or of all behind a place. */
export const withoutNext = async (
  operator: Tx,
  before: number,
  issuerId: string | null,
  { account_id, issuer_id, alg }: Record<keyof KeyPlace, string> = { account_id: "", issuer_id: "", alg: "" },
): Promise<KeyPlace[]> => {
  const { rows } = await sql<KeyPlace>`select k.account_id, k.issuer_id, k.alg from issuer_signing_keys k
    join issuers i on i.account_id = k.account_id and i.id = k.issuer_id and i.deleted_at is null
    where k.purpose = 'tokens' and k.status = 'active' and k.created_at < ${before}
      and (${issuerId}::text is null or k.issuer_id = ${issuerId})
      and (k.account_id, k.issuer_id, k.alg) > (${account_id}, ${issuer_id}, ${alg})
      and not exists (select from issuer_signing_keys n where n.account_id = k.account_id and n.issuer_id = k.issuer_id
        and n.alg = k.alg and n.purpose = 'tokens' and n.status = 'next')
    order by k.account_id, k.issuer_id, k.alg limit ${partMax}`.execute(operator.db);
  return rows;
};

/**
 * Publishes keys that will sign, and tells their issuers' processes, in one statement. Where somebody else was quicker, nothing
 * happens.
 */
export const publish = async (operator: Tx, keys: readonly NewKey[], signsAt: number, before: number) => {
  const rows = keys.map(({ private_key, ...key }) => ({ ...key, private_key: private_key.toString("hex") }));
  await sql`with made as (
      insert into issuer_signing_keys
        (account_id, issuer_id, kid, alg, public_jwk, private_key, status, created_at, signs_at)
      select n.account_id, n.issuer_id, n.kid, n.alg, n.public_jwk, decode(n.private_key, 'hex'), 'next', n.created_at, ${signsAt}
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as n (account_id text, issuer_id text, kid text, alg text,
        public_jwk jsonb, private_key text, created_at bigint)
      join issuers i on i.account_id = n.account_id and i.id = n.issuer_id and i.deleted_at is null
      where exists (select from issuer_signing_keys a where a.account_id = n.account_id and a.issuer_id = n.issuer_id
        and a.alg = n.alg and a.purpose = 'tokens' and a.status = 'active' and a.created_at < ${before})
      order by n.account_id, n.issuer_id, n.alg
      on conflict do nothing
      returning account_id, issuer_id
    ), ${raised("made")}`.execute(operator.db);
};

/** The issuers that have a published key whose time has come, those of an account beside each other. */
export const due = async (operator: Tx, now: number): Promise<Omit<KeyPlace, "alg">[]> => {
  const { rows } = await sql<Omit<KeyPlace, "alg">>`select distinct k.account_id, k.issuer_id from issuer_signing_keys k
    join issuers i on i.account_id = k.account_id and i.id = k.issuer_id and i.deleted_at is null
    where k.purpose = 'tokens' and k.status = 'next' and k.signs_at <= ${now}
    order by k.account_id, k.issuer_id limit ${partMax}`.execute(operator.db);
  return rows;
};

/** Takes away retired keys whose last token is dead, and tells their issuers' processes; the number of keys. */
export const forget = async (operator: Tx, retiredBefore: number): Promise<number> => {
  const { rows } = await sql<{ keys: number }>`with gone as (
      delete from issuer_signing_keys where (account_id, issuer_id, kid) in (
        select account_id, issuer_id, kid from issuer_signing_keys
        where purpose = 'tokens' and status = 'retired' and retired_at <= ${retiredBefore}
        order by account_id, issuer_id limit ${partMax})
      returning account_id, issuer_id
    ), ${raised("gone", sql`, (select count(*) from gone) as keys`)}`.execute(operator.db);
  return rows[0]?.keys ?? 0;
};

const raised = (changed: string, more = sql``) => sql`raised as (
  update issuers i set version = i.version + 1 from (select distinct account_id, issuer_id from ${sql.ref(changed)}) c
  where i.account_id = c.account_id and i.id = c.issuer_id returning i.id
) select pg_notify(${issuerChanged}, id)${more} from raised`;

/** Whoever changes what signs does so one after the other. The issuers that are there, in an order that is everybody's. */
export const lockIssuers = (tx: Tx, issuerIds: readonly string[]) =>
  tx
    .from("issuers")
    .select("id")
    .where("id", "in", issuerIds)
    .where("deleted_at", "is", null)
    .orderBy("id")
    .forNoKeyUpdate()
    .execute();

const ofTokens = (tx: Tx, issuerIds: readonly string[]) =>
  tx.update("issuer_signing_keys").where("issuer_id", "in", issuerIds).where("purpose", "=", "tokens");

/** The keys that sign sign no more, where another's time has come. */
export const retireFollowed = (tx: Tx, issuerIds: readonly string[], now: number) =>
  ofTokens(tx, issuerIds)
    .set({ status: "retired", retired_at: now })
    .where("status", "=", "active")
    .where(
      sql<SqlBool>`exists (select from issuer_signing_keys n where ${tx.own("n")} and n.issuer_id = issuer_signing_keys.issuer_id
        and n.alg = issuer_signing_keys.alg and n.purpose = 'tokens' and n.status = 'next' and n.signs_at <= ${now})`,
    )
    .returning(["issuer_id", "alg", "kid"])
    .execute();

export const activate = (tx: Tx, issuerIds: readonly string[], now: number) =>
  ofTokens(tx, issuerIds)
    .set({ status: "active", signs_at: null })
    .where("status", "=", "next")
    .where("signs_at", "<=", now)
    .returning(["issuer_id", "alg", "kid", "created_at"])
    .execute();

/** The keys of these algorithms sign no more. */
export const retire = (tx: Tx, issuerId: string, algs: readonly SigningAlgorithm[], now: number) =>
  ofTokens(tx, [issuerId])
    .set({ status: "retired", retired_at: now })
    .where("status", "=", "active")
    .where("alg", "in", algs)
    .returning(["issuer_id", "alg", "kid"])
    .execute();

/** Keys that are published and have signed nothing. */
export const removeNext = (tx: Tx, issuerId: string, algs: readonly SigningAlgorithm[]) =>
  tx
    .delete("issuer_signing_keys")
    .where("issuer_id", "=", issuerId)
    .where("purpose", "=", "tokens")
    .where("status", "=", "next")
    .where("alg", "in", algs)
    .execute();

/** Of two who make the same one the later waits here for the other, and adds nothing; the kids of those that were added. */
export const insertActive = (tx: Tx, keys: readonly SigningKeyRow[]) =>
  tx
    .insert(
      "issuer_signing_keys",
      keys.map((key) => ({ ...key, public_jwk: jsonb(key.public_jwk) })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .returning(["issuer_id", "alg", "kid", "created_at"])
    .execute();

/** What signs, and what will. */
export const current = (tx: Tx, issuerId: string) =>
  tx
    .from("issuer_signing_keys")
    .select(["alg", "kid", "status", "signs_at"])
    .where("issuer_id", "=", issuerId)
    .where("purpose", "=", "tokens")
    .where("status", "<>", "retired")
    .orderBy("alg")
    .execute();
