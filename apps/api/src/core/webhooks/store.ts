import { sql, type UpdateObject } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";

/** How many an account may have. */
export const webhooksMax = 50;

export const find = (tx: Tx, id: string, lock: boolean): Promise<WebhookRow | undefined> =>
  tx
    .from("webhooks")
    .selectAll()
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, status: WebhookRow["status"] | undefined, page: PageRequest): Promise<WebhookRow[]> => {
  let query = tx.from("webhooks").selectAll();
  if (status !== undefined) query = query.where("status", "=", status);
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

/** With how many the account had before; one at a time is counted, and the lock goes with the transaction. */
export const insert = async (tx: Tx, webhook: Parameters<typeof tx.insert<"webhooks">>[1]) => {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`webhooks ${tx.accountId}`}, 0))`.execute(tx.db);
  const { others, ...row } = await tx
    .insert("webhooks", webhook)
    .returningAll()
    .returning(sql<number>`(select count(*) from webhooks w where ${tx.own("w")})`.as("others"))
    .executeTakeFirstOrThrow();
  return { row, others };
};

export const update = (tx: Tx, id: string, values: UpdateObject<Tables, "webhooks">): Promise<WebhookRow> =>
  tx.update("webhooks").set(values).where("id", "=", id).returningAll().executeTakeFirstOrThrow();

export const remove = (tx: Tx, id: string) => tx.delete("webhooks").where("id", "=", id).execute();
