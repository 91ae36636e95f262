import { type SqlBool, sql } from "kysely";
import type { Tx } from "../db/tx.ts";

/** So many at a time: a webhook that was away for long does not fill the queue before all others. */
const releasedMax = 500;

/** The oldest deliveries that wait for a webhook become due, where it is active; the rest follows by another job. */
export const releaseWaiting = async (tx: Tx, webhookId: string, now: number): Promise<void> => {
  const released = await makeDue(tx, webhookId, "active", releasedMax, now);
  await enqueue(tx, webhookId, released, {});
  if (released.length < releasedMax) return;
  await tx.enqueue("webhooks.release", { data: { accountId: tx.accountId, webhookId } });
};

/** The oldest delivery that waits for a failing webhook becomes due, and the next trial is planned: until one succeeds. */
export const tryOne = async (tx: Tx, webhookId: string, trialAt: number, now: number): Promise<void> => {
  const planned = await tx
    .update("webhooks")
    .set({ trial_at: sql`${now} + (circuit_breaker ->> 'cooldown_seconds')::bigint * 1000` })
    .where("id", "=", webhookId)
    .where("status", "=", "failing")
    // Another trial was planned since: its own job sees to it.
    .where("trial_at", "=", trialAt)
    .returning("trial_at")
    .executeTakeFirst();
  if (!planned?.trial_at) return;
  const next = { accountId: tx.accountId, webhookId, trialAt: planned.trial_at };
  await tx.enqueue("webhooks.trial", { data: next, at: next.trialAt });
  await enqueue(tx, webhookId, await makeDue(tx, webhookId, "failing", 1, now), { trial: true });
};

type Due = { id: string; ticket: number };

const makeDue = (tx: Tx, webhookId: string, whileWebhookIs: string, limit: number, now: number): Promise<Due[]> =>
  tx
    .update("webhook_deliveries")
    .set({
      status: "pending",
      ticket: sql`ticket + 1`,
      next_attempt_at: now,
      updated_at: sql`greatest(${now}, updated_at + 1)`,
    })
    .where("webhook_id", "=", webhookId)
    .where(
      sql<SqlBool>`id = any (array(select d.id from webhook_deliveries d
        where ${tx.own("d")} and d.webhook_id = ${webhookId} and d.status = 'waiting'
          and exists (select from webhooks w where ${tx.own("w")} and w.id = ${webhookId} and w.status = ${whileWebhookIs})
        order by d.id limit ${limit} for update skip locked))`,
    )
    .returning(["id", "ticket"])
    .execute();

const enqueue = (tx: Tx, webhookId: string, due: readonly Due[], more: { trial?: true }): Promise<void> =>
  tx.enqueue(
    "webhooks.deliver",
    ...due.map(({ id, ticket }) => ({
      data: { accountId: tx.accountId, webhookId, deliveryId: id, ticket, ...more },
      group: webhookId,
    })),
  );
