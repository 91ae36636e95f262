import { sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import type { Origin } from "../events/append.ts";
import type { Outcome } from "./attempt.ts";
import { turnWebhook } from "./breaker.ts";
import type { Claimed, DeliveryDetail, DeliveryRow, WebhookRow } from "./rows.ts";
import { waitMs } from "./schedule.ts";

/** How many attempts of a delivery are told of. */
export const attemptsMax = 32;

/**
 * Writes what came of an attempt, what that means for the webhook, and the job of the next attempt, in one transaction. Undefined where
 * somebody else has the delivery by now: then nothing of it counts.
 */
export const record = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "ids" | "random">,
  claimed: Claimed,
  outcome: Outcome,
  origin: Origin,
): Promise<DeliveryDetail | undefined> => {
  const now = deps.clock.now();
  const status = await turnWebhook(tx, deps, claimed, outcome, origin);
  const plan = planOf(deps, claimed, outcome, { now, webhookStatus: status });
  const row = await write(tx, claimed, outcome, plan, now);
  if (row && plan.nextAttemptAt !== null) {
    const { account_id: accountId, webhook_id: webhookId, id: deliveryId, ticket } = row;
    const data = { accountId, webhookId, deliveryId, ticket };
    await tx.enqueue("webhooks.deliver", { data, at: plan.nextAttemptAt, group: webhookId });
  }
  return row;
};

interface Plan {
  status: DeliveryRow["status"];
  nextAttemptAt: number | null;
}

const planOf = (
  { random }: Pick<Deps, "random">,
  { kind, before, delivery, webhook }: Claimed,
  { isSuccess, isGone, retryAfterMs }: Outcome,
  { now, webhookStatus }: { now: number; webhookStatus: WebhookRow["status"] | undefined },
): Plan => {
  if (isSuccess || before.status === "succeeded") return final("succeeded");
  // What somebody asked for besides changes nothing of what is planned.
  if (kind === "call") return { status: before.status, nextAttemptAt: before.next_attempt_at };
  if (kind === "trial") return final("waiting");
  const attempts = delivery.attempt_count + 1;
  if (isGone || webhookStatus === undefined || attempts >= delivery.attempt_budget) return final("failed");
  if (webhookStatus !== "active") return final("waiting");
  return { status: "pending", nextAttemptAt: now + waitMs(webhook.retry, attempts, random, retryAfterMs) };
};
const final = (status: DeliveryRow["status"]): Plan => ({ status, nextAttemptAt: null });

const write = (tx: Tx, { kind, delivery }: Claimed, { attempt }: Outcome, plan: Plan, now: number) =>
  tx
    .update("webhook_deliveries")
    .set({
      status: plan.status,
      next_attempt_at: plan.nextAttemptAt,
      ticket: delivery.ticket + 1,
      claimed_at: null,
      attempt_count: sql`attempt_count + 1`,
      // Those that nobody had planned take nothing away from those that were.
      attempt_budget: kind === "job" ? sql`attempt_budget` : sql`attempt_budget + 1`,
      first_attempted_at: sql`coalesce(first_attempted_at, ${attempt.at})`,
      last_attempted_at: attempt.at,
      last_error: attempt.error,
      last_response_status: attempt.status,
      attempts: sql`case when jsonb_array_length(attempts) >= ${attemptsMax} then attempts - 0 else attempts end
        || ${JSON.stringify([attempt])}::jsonb`,
      updated_at: sql`greatest(${now}, updated_at + 1)`,
    })
    .where("webhook_id", "=", delivery.webhook_id)
    .where("id", "=", delivery.id)
    .where("ticket", "=", delivery.ticket)
    .where("status", "=", "delivering")
    .returningAll()
    .executeTakeFirst();
