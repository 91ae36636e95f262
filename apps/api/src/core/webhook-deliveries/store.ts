import { type SqlBool, sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import type { DeliveryRow } from "../../webhooks/rows.ts";

export interface DeliveryFilters {
  event_type?: DeliveryRow["event_type"];
  status?: DeliveryRow["status"];
  after?: number;
  before?: number;
}

/** Without the attempts: many bytes that a list does not show. */
export const list = (
  tx: Tx,
  webhookId: string,
  filters: DeliveryFilters,
  page: PageRequest,
): Promise<DeliveryRow[]> => {
  let query = tx
    .from("webhook_deliveries")
    .select([
      ...(["account_id", "webhook_id", "id", "event_id", "event_type", "event_at", "status", "ticket"] as const),
      ...(["claimed_at", "attempt_count", "attempt_budget", "first_attempted_at", "last_attempted_at"] as const),
      ...(["next_attempt_at", "last_error", "last_response_status", "created_at", "updated_at"] as const),
    ])
    .where("webhook_id", "=", webhookId)
    .where(sql<SqlBool>`exists (select from webhooks w where ${tx.own("w")} and w.id = ${webhookId})`);
  if (filters.event_type !== undefined) query = query.where("event_type", "=", filters.event_type);
  if (filters.status !== undefined) query = query.where("status", "=", filters.status);
  if (filters.after !== undefined) query = query.where("created_at", ">=", Math.ceil(filters.after));
  if (filters.before !== undefined) query = query.where("created_at", "<", Math.ceil(filters.before));
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const webhookExists = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.from("webhooks").select("id").where("id", "=", id).executeTakeFirst()) !== undefined;
