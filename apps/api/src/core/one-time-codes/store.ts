import type { Selectable, Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type OneTimeCodeRow = Selectable<Tables["one_time_codes"]>;
export type Purpose = OneTimeCodeRow["purpose"];
export type CodePlace = Pick<OneTimeCodeRow, "issuer_id" | "purpose" | "address">;
type NewRow = Omit<OneTimeCodeRow, "account_id" | "attempts" | "used_at">;

/** Takes the place of the one before. */
export const put = async (tx: Tx, { issuer_id, purpose, address, ...values }: NewRow): Promise<void> => {
  const fresh = { ...values, attempts: 0, used_at: null };
  await tx
    .insert("one_time_codes", { issuer_id, purpose, address, ...fresh })
    .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "purpose", "address"]).doUpdateSet(fresh))
    .execute();
};

/** Locked until the transaction ends: two that use it do so in turn. */
export const findLocked = (tx: Tx, { issuer_id, purpose, address }: CodePlace) =>
  tx
    .from("one_time_codes")
    .selectAll()
    .where("issuer_id", "=", issuer_id)
    .where("purpose", "=", purpose)
    .where("address", "=", address)
    .forUpdate()
    .executeTakeFirst();

export const findByToken = (tx: Tx, issuerId: string, tokenMac: Buffer, lock: boolean) =>
  tx
    .from("one_time_codes")
    .selectAll()
    .where("issuer_id", "=", issuerId)
    .where("token_mac", "=", tokenMac)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const update = (
  tx: Tx,
  { issuer_id, purpose, address }: CodePlace,
  values: Pick<Updateable<Tables["one_time_codes"]>, "attempts" | "used_at">,
) =>
  tx
    .update("one_time_codes")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("purpose", "=", purpose)
    .where("address", "=", address)
    .execute();

/** Undefined where it is gone, or another took its place. */
export const findById = (tx: Tx, issuerId: string, id: string) =>
  tx.from("one_time_codes").selectAll().where("issuer_id", "=", issuerId).where("id", "=", id).executeTakeFirst();

/** What the user has asked for last in the flow, and can still use. */
export const pendingOf = (
  tx: Tx,
  { issuer_id, purpose, user_id }: Pick<OneTimeCodeRow, "issuer_id" | "purpose"> & { user_id: string },
  flowMac: Buffer,
  now: number,
) =>
  tx
    .from("one_time_codes")
    .selectAll()
    .where("issuer_id", "=", issuer_id)
    .where("purpose", "=", purpose)
    .where("user_id", "=", user_id)
    .where("flow_mac", "=", flowMac)
    .where("used_at", "is", null)
    .where("expires_at", ">", now)
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();

/** What was asked for and not used, for what the user was until now: their address or password is another one. */
export const endOfUser = async (tx: Tx, { issuer_id, id }: { issuer_id: string; id: string }): Promise<void> => {
  await tx
    .delete("one_time_codes")
    .where("issuer_id", "=", issuer_id)
    .where("user_id", "=", id)
    .where("used_at", "is", null)
    .execute();
};
