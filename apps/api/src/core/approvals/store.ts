import type { Selectable, Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type UserRow = Selectable<Tables["users"]>;

export const find = (tx: Tx, issuerId: string, id: string, lock: boolean) =>
  within(tx, issuerId)
    .where("id", "=", id)
    .where("status", "<>", "deleted")
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

/** Those who wait, oldest first. */
export const list = (tx: Tx, issuerId: string, page: PageRequest) => {
  let query = within(tx, issuerId).where("status", "=", "pending_approval");
  if (page.after) query = query.where("id", ">", String(page.after[0]));
  return query
    .orderBy("id")
    .limit(page.limit + 1)
    .execute();
};

export const update = (tx: Tx, { issuer_id, id }: UserRow, values: Updateable<Tables["users"]>) =>
  tx
    .update("users")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();

const within = (tx: Tx, issuerId: string) => tx.from("users").selectAll().where("issuer_id", "=", issuerId);
