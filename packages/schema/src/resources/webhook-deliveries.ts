import { Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import { eventTypes } from "../events.ts";
import * as f from "../fields.ts";
import {
  deliveryStatuses,
  WebhookDelivery,
  WebhookDeliveryAttempted,
  WebhookDeliveryDetail,
} from "./webhook-delivery.ts";
import { webhooks } from "./webhooks.ts";

const time = (about: string) =>
  f.optional(Type.Number({ minimum: 0, maximum: 8_640_000_000_000_000, description: `${about} Unix milliseconds.` }));

export const webhookDeliveries = defineResource({
  name: "deliveries",
  one: "webhookDelivery",
  segment: "deliveries",
  param: "delivery_id",
  parent: webhooks,
  description: "What was sent to a webhook, and what came of it; kept for 30 days.",
  operations: {
    list: op.list({
      summary: "List deliveries",
      item: WebhookDelivery,
      filters: {
        event_type: f.optional(f.oneOf(eventTypes)),
        status: f.optional(f.oneOf(deliveryStatuses)),
        after: time("Made from this time on."),
        before: time("Made before this time."),
      },
    }),
    get: op.get({ summary: "Get a delivery with its attempts", returns: WebhookDeliveryDetail }),
    redeliver: op.action({
      suffix: "redeliver",
      summary: "Send a delivery again, at once",
      description:
        "One attempt, made before the answer, whatever the webhook's status. Attempts that are still to come stay planned unless it succeeds; what has succeeded once stays `succeeded`.",
      returns: WebhookDeliveryAttempted,
      emits: [],
    }),
  },
});
