import type { Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import { type Holder, withTouched } from "../organizations/touched.ts";

type NewDomain = Parameters<typeof Tx.prototype.insert<"account_domains">>[1];

/** Undefined where an account has the host. */
export const insert = (tx: Tx, holder: Holder, stamp: number, domain: NewDomain) =>
  withTouched(tx, holder, stamp)
    .with("domain", () =>
      tx
        .insert("account_domains", domain)
        .onConflict((conflict) => conflict.column("host").doNothing())
        .returningAll(),
    )
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirst();

export const update = (
  tx: Tx,
  holder: Holder,
  stamp: number,
  host: string,
  values: Omit<Updateable<Tables["account_domains"]>, "assigned_issuer_id">,
) =>
  withTouched(tx, holder, stamp)
    .with("domain", () => tx.update("account_domains").set(values).where("host", "=", host).returningAll())
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirstOrThrow();

/**
 * To nobody where the account has no such issuer; one that is there stays until this transaction ends. `assigned_at` is when that was
 * last changed, also where it ended.
 */
export const assign = (
  tx: Tx,
  holder: Holder,
  stamp: number,
  host: string,
  { issuerId, assigned_at }: { issuerId: string | null; assigned_at: number },
) =>
  withTouched(tx, holder, stamp)
    .with("domain", () =>
      tx
        .update("account_domains")
        .set({
          assigned_issuer_id: tx
            .from("issuers")
            .select("id")
            .where("id", "=", issuerId)
            .where("deleted_at", "is", null)
            .forKeyShare(),
          assigned_at,
        })
        .where("host", "=", host)
        .returningAll(),
    )
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, holder: Holder, stamp: number, host: string) =>
  withTouched(tx, holder, stamp)
    .with("domain", () => tx.delete("account_domains").where("host", "=", host).returning("host"))
    .selectFrom("domain")
    .selectAll()
    .executeTakeFirstOrThrow();
