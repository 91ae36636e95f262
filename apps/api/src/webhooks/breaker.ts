import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import { appendEvents, changesBetween, type Origin } from "../events/append.ts";
import type { Outcome } from "./attempt.ts";
import { presentWebhook } from "./present.ts";
import type { Claimed, WebhookRow } from "./rows.ts";

/**
 * What an attempt means for its webhook: failures in a row make it `failing`, a success ends that, and 410 disables it. Answers with
 * its status from here on; undefined where it was deleted.
 */
export const turnWebhook = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "ids">,
  { kind, webhook: seen }: Claimed,
  outcome: Outcome,
  origin: Origin,
): Promise<WebhookRow["status"] | undefined> => {
  const isCalm = seen.status === "active" && seen.failures_in_row === 0;
  const isSilent = outcome.isSuccess ? isCalm : kind === "call" && !outcome.isGone;
  // The usual success writes nothing here.
  if (isSilent) return seen.status;
  const now = deps.clock.now();
  const row = await find(tx, seen.id);
  const values = row && valuesAfter(row, outcome, now);
  if (!row || !values) return row?.status;

  const isTurn = values.status !== undefined;
  const stamp = isTurn ? { status_at: now, status_by: null, updated_at: Math.max(now, row.updated_at + 1) } : {};
  await tx
    .update("webhooks")
    .set({ ...values, ...stamp })
    .where("id", "=", row.id)
    .execute();
  const after = { ...row, ...values, ...stamp };
  if (isTurn) await announce(tx, deps, row, after, origin);
  return after.status;
};

type Values = Pick<Partial<WebhookRow>, "status" | "status_reason" | "failures_in_row" | "trial_at">;

const valuesAfter = (row: WebhookRow, { isSuccess, isGone }: Outcome, now: number): Values | undefined => {
  if (row.status === "disabled") return undefined;
  if (isGone) {
    return { status: "disabled", status_reason: "The receiver answered with 410.", failures_in_row: 0, trial_at: null };
  }
  if (isSuccess) {
    const calm = { failures_in_row: 0, trial_at: null };
    return row.status === "failing" ? { ...calm, status: "active", status_reason: "A delivery succeeded." } : calm;
  }
  if (row.status === "failing") return undefined;
  const failures_in_row = row.failures_in_row + 1;
  const { failure_threshold, cooldown_seconds } = row.circuit_breaker;
  if (failures_in_row < failure_threshold) return { failures_in_row };
  const status_reason = `${failures_in_row} deliveries in a row failed.`;
  return { status: "failing", status_reason, failures_in_row, trial_at: now + cooldown_seconds * 1000 };
};

/** Tells the account, and sees to it that what waits goes on: by a trial when it is time, or at once. */
const announce = async (
  tx: Tx,
  { ids }: Pick<Deps, "ids">,
  row: WebhookRow,
  after: WebhookRow,
  origin: Origin,
): Promise<void> => {
  const resource = presentWebhook(after);
  const { id: webhookId, account_id: accountId } = row;
  const subject = { type: "webhook", id: webhookId, account_id: accountId, webhook_id: webhookId };
  const type = after.status === "disabled" ? "webhook.paused" : "webhook.updated";
  const previous = changesBetween(presentWebhook(row), resource);
  await appendEvents(tx, [{ type, subject, data: { resource, previous } }], origin, ids);
  const { trial_at: at } = after;
  if (at !== null) await tx.enqueue("webhooks.trial", { data: { accountId, webhookId, trialAt: at }, at });
  if (after.status === "active") await tx.enqueue("webhooks.release", { data: { accountId, webhookId } });
};

const find = (tx: Tx, id: string): Promise<WebhookRow | undefined> =>
  tx.from("webhooks").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();
