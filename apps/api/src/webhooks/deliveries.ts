import type { Event } from "@authpi/schema";
import { type SqlBool, sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import { presentEvent } from "../events/present.ts";
import type { DeliveryDetail, WebhookRow } from "./rows.ts";

/** Deliveries outlive their webhook, and are found through it alone. */
export const find = (tx: Tx, webhookId: string, id: string, lock: boolean): Promise<DeliveryDetail | undefined> =>
  tx
    .from("webhook_deliveries")
    .selectAll()
    .where("webhook_id", "=", webhookId)
    .where("id", "=", id)
    .where(sql<SqlBool>`exists (select from webhooks w where ${tx.own("w")} and w.id = ${webhookId})`)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

/** A delivery of which one attempt is about to be made, by whoever inserts it. */
export const insertTaken = (
  tx: Tx,
  webhook: WebhookRow,
  { id, event, now }: { id: string; event: Event; now: number },
): Promise<DeliveryDetail> =>
  tx
    .insert("webhook_deliveries", {
      webhook_id: webhook.id,
      id,
      event_id: event.id,
      event_type: event.type,
      event_at: event.timestamp,
      status: "delivering",
      claimed_at: now,
      // The attempt raises it: nothing was planned.
      attempt_budget: 0,
      created_at: now,
      updated_at: now,
    })
    .returningAll()
    .executeTakeFirstOrThrow();

export interface ToRedeliver {
  delivery: DeliveryDetail;
  webhook: WebhookRow;
  event: Event;
}

/** Takes a delivery for an attempt that somebody waits for: its next ticket ends what was planned. Undefined without its event. */
export const take = async (tx: Tx, row: DeliveryDetail, now: number): Promise<ToRedeliver | undefined> => {
  const { rows } = await sql<{ delivery: DeliveryDetail; webhook: WebhookRow; event: EventRow } & Secrets>`
    with taken as (
      update webhook_deliveries d set status = 'delivering', ticket = ticket + 1, claimed_at = ${now}, next_attempt_at = null,
        updated_at = greatest(${now}, updated_at + 1)
      from events e
      where ${tx.own("d")} and d.webhook_id = ${row.webhook_id} and d.id = ${row.id}
        and ${tx.own("e")} and e.id = ${row.event_id} and e.created_at = ${row.event_at} and not e.metered
      returning to_jsonb(d) as delivery, to_jsonb(e) as event)
    select t.delivery, t.event, to_jsonb(w) as webhook, w.secret, w.previous_secret, w.bearer_token
    from taken t join webhooks w on ${tx.own("w")} and w.id = ${row.webhook_id}`.execute(tx.db);
  const [found] = rows;
  if (!found) return undefined;
  const { delivery, webhook, event, ...secrets } = found;
  return { delivery, webhook: { ...webhook, ...secrets }, event: presentEvent(event) };
};

type EventRow = Parameters<typeof presentEvent>[0];
type Secrets = Pick<WebhookRow, "secret" | "previous_secret" | "bearer_token">;
