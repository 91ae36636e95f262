import { sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import { presentEvent } from "../events/present.ts";
import type { Claimed, DeliveryRow, WebhookRow } from "./rows.ts";

/** What a job knows of the delivery that it is to make. */
export interface Ticket {
  webhookId: string;
  deliveryId: string;
  ticket: number;
  trial?: true;
}

/**
 * Takes deliveries for one attempt each, in one statement. A ticket that is not the row's own any more was used, or somebody has
 * planned anew: there is nothing to do for it. Where the webhook does not take anything now, its deliveries wait.
 */
export const claim = async (tx: Tx, tickets: readonly Ticket[], now: number): Promise<Claimed[]> => {
  const wanted = JSON.stringify(
    tickets.map(({ webhookId, deliveryId, ticket, trial = false }) => ({
      webhook_id: webhookId,
      id: deliveryId,
      ticket,
      trial,
    })),
  );
  const { rows } = await sql<Row>`
    with wanted as (
      select t.*, w.status as webhook_status
      from jsonb_to_recordset(${wanted}::jsonb) as t (webhook_id text, id text, ticket integer, trial boolean)
      left join webhooks w on ${tx.own("w")} and w.id = t.webhook_id
    ), claimed as (
      update webhook_deliveries d set
        status = case when t.webhook_status is null then 'failed'
          when t.webhook_status = 'active' or t.trial then 'delivering' else 'waiting' end,
        last_error = case when t.webhook_status is null then 'The webhook was deleted.' else d.last_error end,
        claimed_at = ${now}, next_attempt_at = null, updated_at = greatest(${now}, d.updated_at + 1)
      from wanted t
      where ${tx.own("d")} and d.webhook_id = t.webhook_id and d.id = t.id and d.ticket = t.ticket
        and d.status in ('pending', 'delivering')
      returning d.account_id, d.webhook_id, d.id, d.event_id, d.event_type, d.event_at, d.status, d.ticket, d.claimed_at,
        d.attempt_count, d.attempt_budget, d.first_attempted_at, d.last_attempted_at, d.next_attempt_at, d.last_error,
        d.last_response_status, d.created_at, d.updated_at, t.trial
    )
    select to_jsonb(c) - 'trial' as delivery, c.trial as "isTrial", to_jsonb(w) as webhook, to_jsonb(e) as event,
      w.secret, w.previous_secret, w.bearer_token
    from claimed c
    join webhooks w on ${tx.own("w")} and w.id = c.webhook_id
    left join events e on ${tx.own("e")} and e.id = c.event_id and e.created_at = c.event_at and not e.metered
    where c.status = 'delivering'`.execute(tx.db);
  const orphans = rows.filter(({ event }) => event === null);
  if (orphans.length > 0) await failOrphans(tx, orphans, now);
  return rows.flatMap(({ delivery, isTrial, webhook, event, ...secrets }) => {
    if (!event) return [];
    const kind = isTrial ? "trial" : "job";
    const before = { status: "pending", next_attempt_at: null } as const;
    return [{ delivery, webhook: { ...webhook, ...secrets }, event: presentEvent(event), kind, before }];
  });
};

type Secrets = "secret" | "previous_secret" | "bearer_token";
interface Row extends Pick<WebhookRow, Secrets> {
  delivery: DeliveryRow;
  isTrial: boolean;
  webhook: Omit<WebhookRow, Secrets>;
  event: Parameters<typeof presentEvent>[0] | null;
}

/** What an event that is gone was to tell cannot be sent any more. */
const failOrphans = (tx: Tx, orphans: readonly Row[], now: number) =>
  tx
    .update("webhook_deliveries")
    .set({ status: "failed", last_error: "The event is not kept any more.", updated_at: now })
    .where(
      "webhook_id",
      "in",
      orphans.map(({ delivery }) => delivery.webhook_id),
    )
    .where(
      "id",
      "in",
      orphans.map(({ delivery }) => delivery.id),
    )
    .execute();
