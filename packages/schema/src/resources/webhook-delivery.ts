import { type Static, Type } from "typebox";
import { eventTypes } from "../events.ts";
import * as f from "../fields.ts";

export const deliveryStatuses = ["pending", "delivering", "succeeded", "failed", "waiting"] as const;

const fields = {
  id: f.id("delivery"),
  account_id: f.id("account"),
  webhook_id: f.id("webhook"),
  event_id: f.id("event"),
  event_type: f.oneOf(eventTypes),
  ...f.statusFields(deliveryStatuses),
  status: f.oneOf(deliveryStatuses, {
    description: "`waiting`: the webhook is failing or disabled; it goes out when that is over.",
  }),
  attempt_count: Type.Integer({ minimum: 0, description: "How often it was tried." }),
  first_attempted_at: f.nullable(f.millis("When it was first tried.")),
  last_attempted_at: f.nullable(f.millis("When it was last tried.")),
  next_attempt_at: f.nullable(f.millis("When it will be tried next.")),
  retry_workflow_id: f.nullable(Type.String({ description: "Always null." })),
  attempt_budget: Type.Integer({ minimum: 1, description: "How often it will be tried at most." }),
  last_error: f.nullable(Type.String({ description: "Why the last attempt failed." })),
  last_response_status: f.nullable(Type.Integer({ description: "The status of the last attempt's answer." })),
  ...f.timestamps,
};
export const WebhookDelivery = Type.Object(fields, { title: "WebhookDelivery" });
export type WebhookDelivery = Static<typeof WebhookDelivery>;

export const WebhookAttempt = Type.Object(
  {
    at: f.millis("When it began."),
    duration_ms: Type.Integer({ minimum: 0, description: "How long it took. Milliseconds." }),
    status: f.nullable(Type.Integer({ description: "The status of the answer; null where there was none." })),
    error: f.nullable(Type.String({ description: "Why it failed." })),
    response_body: f.nullable(Type.String({ description: "The first KiB of the answer." })),
  },
  { title: "WebhookAttempt" },
);
export type WebhookAttempt = Static<typeof WebhookAttempt>;

const attempts = Type.Array(WebhookAttempt, { description: "The attempts, oldest first; the last 32 of them." });
export const WebhookDeliveryDetail = Type.Object({ ...fields, attempts }, { title: "WebhookDeliveryDetail" });
export type WebhookDeliveryDetail = Static<typeof WebhookDeliveryDetail>;
export const WebhookDeliveryAttempted = Type.Object(
  {
    ...fields,
    attempts,
    success: Type.Boolean({ description: "Whether the attempt that this call made was answered with 2xx." }),
  },
  { title: "WebhookDeliveryAttempted" },
);
export type WebhookDeliveryAttempted = Static<typeof WebhookDeliveryAttempted>;
