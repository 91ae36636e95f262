import { type Selectable, type SqlBool, sql } from "kysely";
import type { Tables } from "../db/tables.generated.ts";
import type { Tx } from "../db/tx.ts";
import type { Message } from "./message.ts";

export type CapturedMail = Selectable<Tables["captured_mails"]>;

const keptPerAccount = 500;

/** Keeps a mail in the place of sending it, and the newest ones of the account alone. A repeat changes nothing. */
export const capture = async (tx: Tx, message: Message): Promise<void> => {
  const { id, issuerId, to, subject, text, html, links, createdAt } = message;
  await tx
    .insert("captured_mails", { id, issuer_id: issuerId, to, subject, text, html, links, created_at: createdAt })
    .onConflict((conflict) => conflict.columns(["account_id", "id"]).doNothing())
    .execute();
  const newest = tx.from("captured_mails").select("id").orderBy("id", "desc").limit(keptPerAccount).as("newest");
  await tx.delete("captured_mails").where(sql<SqlBool>`id < (select min(newest.id) from ${newest})`).execute();
};

/** The account's mails, newest first. */
export const captured = (tx: Tx, filters: { to?: string }): Promise<CapturedMail[]> =>
  tx
    .from("captured_mails")
    .selectAll()
    .$if(filters.to !== undefined, (query) => query.where("to", "=", String(filters.to).trim().toLowerCase()))
    .orderBy("id", "desc")
    .limit(keptPerAccount)
    .execute();
