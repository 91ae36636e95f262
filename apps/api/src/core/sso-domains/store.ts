import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import { type Holder, withTouched } from "../organizations/touched.ts";

type NewDomain = Parameters<typeof Tx.prototype.insert<"sso_domains">>[1];

export const find = (tx: Tx, holder: Holder, domain: string) =>
  of(tx, holder).selectAll().where("domain", "=", domain).executeTakeFirst();

export const countOf = async (tx: Tx, holder: Holder): Promise<number> => {
  const { count } = await of(tx, holder).select(sql<number>`count(*)`.as("count")).executeTakeFirstOrThrow();
  return count;
};

/** Undefined where an organization of the issuer has the domain. */
export const insert = (tx: Tx, holder: Holder, stamp: number, domain: NewDomain) =>
  withTouched(tx, holder, stamp)
    .with("domain", () =>
      tx
        .insert("sso_domains", domain)
        .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "domain"]).doNothing())
        .returningAll(),
    )
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirst();

export const verify = (tx: Tx, holder: Holder, stamp: number, domain: string, verified_at: number) =>
  withTouched(tx, holder, stamp)
    .with("domain", () =>
      tx
        .update("sso_domains")
        .set({ verified_at })
        .where("issuer_id", "=", holder.issuer_id)
        .where("org_id", "=", holder.id)
        .where("domain", "=", domain)
        .returningAll(),
    )
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, holder: Holder, stamp: number, domain: string) =>
  withTouched(tx, holder, stamp)
    .with("domain", () =>
      tx
        .delete("sso_domains")
        .where("issuer_id", "=", holder.issuer_id)
        .where("org_id", "=", holder.id)
        .where("domain", "=", domain)
        .returning("domain"),
    )
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirstOrThrow();

const of = (tx: Tx, { issuer_id, id }: Holder) =>
  tx.from("sso_domains").where("issuer_id", "=", issuer_id).where("org_id", "=", id);
