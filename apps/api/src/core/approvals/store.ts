import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { security } from "../users/security.ts";

/** Those who wait, oldest first. */
export const list = (tx: Tx, issuerId: string, page: PageRequest) => {
  let query = tx
    .from("users")
    .selectAll()
    .select(security)
    .where("issuer_id", "=", issuerId)
    .where("status", "=", "pending_approval");
  if (page.after) query = query.where("id", ">", String(page.after[0]));
  return query
    .orderBy("id")
    .limit(page.limit + 1)
    .execute();
};
