import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";
import { deliveryStatuses, WebhookDeliveryAttempted } from "./webhook-delivery.ts";
import { eventFilterPattern } from "./webhook-events.ts";

const statuses = ["active", "disabled", "failing"] as const;
const authTypes = ["none", "bearer", "signature", "bearer+signature"] as const;
const subjectTypes = ["issuer", "organization", "user", "client", "agent"] as const;

const url = Type.String({
  minLength: 1,
  maxLength: 2000,
  pattern: "^https?://[^\\s\\x00-\\x1f\\x7f]+$",
  description:
    "Where events are sent: https, without a user name in it, at an address that is reachable from everywhere. In development http and loopback too.",
  examples: ["https://app.example.com/webhooks"],
});
const eventFilter = Type.String({ maxLength: 100, pattern: eventFilterPattern, examples: ["user.created"] });
const eventList = Type.Array(eventFilter, {
  maxItems: 200,
  uniqueItems: true,
  description: "The events that are sent: types, or families as `user.*`; empty is all. Metered ones are never sent.",
  examples: [["user.created", "organization.*"]],
});
const subjects = Type.Array(
  Type.Object(
    { type: f.oneOf(subjectTypes), id: f.idInput("issuer", "Its id") },
    { title: "WebhookSubject", ...f.closed },
  ),
  { maxItems: 50, description: "Only events that concern one of these are sent; empty is all." },
);

export const WebhookAuth = Type.Object(
  {
    type: f.oneOf(authTypes, { description: "How a receiver knows that a request comes from here." }),
    signature_algorithm: f.nullable(f.oneOf(["hmac-sha256"], { description: "Null where nothing is signed." })),
    signature_secret_hint: f.nullable(
      Type.String({
        description: "`...` and the secret's last 6 characters; null where nothing is signed.",
        examples: ["...9fKq0="],
      }),
    ),
  },
  { title: "WebhookAuth" },
);
const WebhookAuthOnce = Type.Object(
  {
    ...WebhookAuth.properties,
    signature_secret_plain: Type.Optional(
      Type.String({ description: "The secret that signs, `whs_` and the base64 of 32 bytes: in this answer only." }),
    ),
    bearer_token_plain: Type.Optional(Type.String({ description: "The bearer token: in this answer only." })),
  },
  { title: "WebhookAuthOnce" },
);
const authInput = {
  signature_algorithm: f.optional(f.nullable(f.oneOf(["hmac-sha256"]))),
  bearer_token: f.optional(
    f.nullable(
      Type.String({
        minLength: 16,
        maxLength: 500,
        // RFC 6750, section 2.1.
        pattern: "^[A-Za-z0-9._~+/-]+=*$",
        description: "A token of your own, 16 to 500 characters; one is made where it is left out.",
      }),
    ),
  ),
};
const authType = f.oneOf(authTypes);

export const WebhookRetry = Type.Object(
  {
    max_attempts: Type.Integer({ minimum: 1, maximum: 16, description: "How often one delivery is tried." }),
    schedule_seconds: f.nullable(
      Type.Array(Type.Integer({ minimum: 1, maximum: 86_400 }), {
        minItems: 1,
        maxItems: 15,
        description:
          "The waits between attempts, ±20 %; the last one repeats. Null: 5 s, 30 s, 2 min, 10 min, 1 h, 3 h, 8 h.",
      }),
    ),
  },
  { title: "WebhookRetry", ...f.merged },
);
export type WebhookRetry = Static<typeof WebhookRetry>;
export const webhookRetryDefault: WebhookRetry = { max_attempts: 8, schedule_seconds: null };

export const WebhookCircuitBreaker = Type.Object(
  {
    failure_threshold: Type.Integer({
      minimum: 1,
      maximum: 1000,
      description: "After so many failures in a row the webhook is `failing`, and its deliveries wait.",
    }),
    cooldown_seconds: f.seconds("A failing webhook is tried once in this time, until one delivery succeeds.", 86_400),
  },
  { title: "WebhookCircuitBreaker", ...f.merged },
);
export type WebhookCircuitBreaker = Static<typeof WebhookCircuitBreaker>;
export const webhookCircuitBreakerDefault: WebhookCircuitBreaker = { failure_threshold: 20, cooldown_seconds: 3600 };

const place = { id: f.id("webhook"), account_id: f.id("account") };
const core = { name: f.name, description: f.description, url, events: eventList, subjects };
const rest = {
  retry: WebhookRetry,
  circuit_breaker: WebhookCircuitBreaker,
  metadata: f.metadata,
  ...f.statusFields(statuses),
  ...f.timestamps,
};
export const Webhook = Type.Object({ ...place, ...core, auth: WebhookAuth, ...rest }, { title: "Webhook" });
export type Webhook = Static<typeof Webhook>;
export const WebhookOnce = Type.Object({ ...place, ...core, auth: WebhookAuthOnce, ...rest }, { title: "WebhookOnce" });
export const WebhookListItem = Type.Object(
  { ...place, ...core, auth_type: authType, ...rest },
  { title: "WebhookListItem" },
);
export type WebhookListItem = Static<typeof WebhookListItem>;

const status = f.statusInput(["active", "disabled"]);
const settings = { retry: f.partialDeep(WebhookRetry), circuit_breaker: f.partialDeep(WebhookCircuitBreaker) };
export const WebhookCreate = f.createBody(
  "WebhookCreate",
  {
    name: f.name,
    url,
    auth: Type.Object({ type: authType, ...authInput }, { title: "WebhookAuthInput", ...f.closed }),
  },
  { description: f.description, events: eventList, subjects, ...settings, metadata: f.metadata, ...status },
);
export const WebhookUpdate = f.updateBody("WebhookUpdate", {
  name: f.name,
  description: f.description,
  url,
  events: f.nullable(eventList),
  subjects: f.nullable(subjects),
  auth: Type.Object({ type: f.optional(authType), ...authInput }, { title: "WebhookAuthChange", ...f.closed }),
  retry: f.nullable(settings.retry),
  circuit_breaker: f.nullable(settings.circuit_breaker),
  metadata: f.nullable(f.metadata),
  ...status,
});

const Range = f.createBody(
  "WebhookRedeliver",
  {},
  {
    after: f.millisInput("Events from this time on."),
    before: f.millisInput("Events before this time."),
    status: f.oneOf(deliveryStatuses, { description: "Only events whose delivery to this webhook has this status." }),
    event_types: Type.Array(eventFilter, { maxItems: 200, description: "Only these types or families; empty is all." }),
  },
);
export const WebhookEnqueued = Type.Object(
  { enqueued: Type.Integer({ minimum: 0, description: "How many deliveries will be made." }) },
  { title: "WebhookEnqueued" },
);

export const webhooks = defineResource({
  name: "webhooks",
  one: "webhook",
  segment: "webhooks",
  param: "webhook_id",
  parent: accounts,
  description: "Sends the account's events to a URL, signed, and tries again until they have arrived.",
  operations: {
    list: op.list({
      summary: "List webhooks",
      item: WebhookListItem,
      filters: { status: f.optional(f.oneOf(statuses)) },
    }),
    create: op.create({
      summary: "Create a webhook",
      description:
        "Secrets stand in this answer only. At most 50 an account. Whoever receives events must be allowed to read them.",
      also: ["events:read"],
      body: WebhookCreate,
      returns: WebhookOnce,
      emits: ["webhook.created"],
    }),
    get: op.get({ summary: "Get a webhook", returns: Webhook }),
    update: op.update({
      summary: "Update a webhook",
      description:
        "`disabled` pauses: new events are not sent, and what was still to be sent waits for `active`. Another kind of `auth` makes new secrets, which stand in this answer only; the old signature is valid for 24 hours more. To change what is sent, or where to, needs `events:read` too.",
      body: WebhookUpdate,
      returns: WebhookOnce,
      emits: ["webhook.updated", "webhook.paused", "webhook.resumed"],
    }),
    delete: op.delete({
      summary: "Delete a webhook",
      description: "What was still to be sent is not sent any more.",
      emits: ["webhook.deleted"],
    }),
    test: op.action({
      suffix: "test",
      summary: "Send a test event",
      description:
        "Sends a `webhook.updated` with `data.test: true` at once, whatever the webhook's filters and status, and answers with the delivery. It is not tried again, and is not one of the account's events.",
      returns: WebhookDeliveryAttempted,
      emits: [],
    }),
    rotateSecret: op.action({
      suffix: "rotate-secret",
      summary: "Replace the secret",
      description:
        "For 24 hours requests carry the signatures of both secrets. Where there is a bearer token and no signature, the token is replaced.",
      returns: WebhookOnce,
      emits: ["webhook.secret.rotated"],
    }),
    redeliver: op.action({
      suffix: "redeliver",
      summary: "Send the events of a time again",
      description:
        "Of all events that match the webhook's filters, those from before it was made included, up to 100,000. What is on its way already stays as it is.",
      body: Range,
      returns: WebhookEnqueued,
      emits: [],
    }),
  },
});
