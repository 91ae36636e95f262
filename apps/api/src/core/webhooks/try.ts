import type { Event, WebhookDeliveryAttempted, webhooks } from "@authpi/schema";
import { notFound } from "../../http/problem.ts";
import type { Call, Later } from "../../http/room.ts";
import { deliver } from "../../webhooks/deliver.ts";
import * as deliveries from "../../webhooks/deliveries.ts";
import { presentDetail, presentWebhook } from "../../webhooks/present.ts";
import type { Claimed, WebhookRow } from "../../webhooks/rows.ts";

type Test = Call<typeof webhooks, (typeof webhooks)["operations"]["test"], WebhookRow>;

/** An event that is true and tells nothing new: the webhook as it is. It is sent, and not one of the account's. */
export const beginTest = async ({ tx, row, caller, deps }: Test) => {
  const now = deps.clock.now();
  const id = deps.ids.make("event");
  const event: Event = {
    spec: "1.0",
    id,
    type: "webhook.updated",
    source: "core",
    trigger: "webhooks.test",
    trace: id,
    auth: { type: caller.type, ...caller.names, org_id: caller.orgId },
    subject: { type: "webhook", id: row.id, account_id: tx.accountId, webhook_id: row.id },
    timestamp: now,
    data: { resource: presentWebhook(row), previous: {}, test: true },
  };
  const delivery = await deliveries.insertTaken(tx, row, { id: deps.ids.make("delivery"), event, now });
  const claimed: Claimed = {
    delivery,
    webhook: row,
    event,
    kind: "call",
    before: { status: "failed", next_attempt_at: null },
  };
  return { answer: { ...presentDetail(delivery), success: false }, begun: claimed };
};

/** The attempt itself, outside of any transaction, and its result. */
export const endAttempt = async (
  claimed: Claimed,
  { database, deps, epoch, origin }: Later,
): Promise<WebhookDeliveryAttempted> => {
  const recorded = await deliver({ database, deps, epoch }, claimed, origin);
  if (!recorded) throw notFound();
  return { ...presentDetail(recorded), success: recorded.last_error === null };
};
