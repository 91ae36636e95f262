import { readFileSync } from "node:fs";
import type { Event } from "@authpi/schema";
import type { Deps } from "../deps.ts";
import type { WebhookRow } from "./rows.ts";
import { openSecret, signs } from "./secrets.ts";
import { signatureHeaders } from "./sign.ts";

export interface Message {
  headers: Record<string, string>;
  body: string;
}

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
const userAgent = `AuthPI-Webhooks/${version}`;

/** What is posted: the event as a CloudEvent (1.0, structured), and the headers by which its receiver knows it. */
export const messageOf = (
  deps: Pick<Deps, "keys" | "url" | "clock">,
  webhook: WebhookRow,
  event: Event,
  attempt: number,
): Message => {
  const now = deps.clock.now();
  const body = JSON.stringify(cloudEventOf(deps.url, webhook.account_id, event));
  const timestampSeconds = Math.floor(now / 1000);
  const secrets = signs(webhook.auth_type) ? secretsOf(deps, webhook, now) : [];
  return {
    body,
    headers: {
      "content-type": "application/cloudevents+json",
      "user-agent": userAgent,
      "x-webhook-attempt": String(attempt),
      "webhook-id": event.id,
      "webhook-timestamp": String(timestampSeconds),
      ...(secrets.length > 0 && signatureHeaders({ id: event.id, timestampSeconds, body, secrets })),
      ...(webhook.bearer_token && { authorization: `Bearer ${openSecret(deps, webhook, webhook.bearer_token)}` }),
    },
  };
};

/** `(source, id)` stays the same over attempts, redeliveries and replays. */
const cloudEventOf = (url: string, accountId: string, event: Event) => ({
  specversion: "1.0",
  id: event.id,
  source: `${url}/v1/accounts/${accountId}`,
  type: event.type,
  subject: event.subject.id,
  time: new Date(event.timestamp).toISOString(),
  datacontenttype: "application/json",
  data: event,
});

/** The newest first; the one before it counts until its time is over. */
const secretsOf = (deps: Pick<Deps, "keys">, webhook: WebhookRow, now: number): string[] => {
  const { secret, previous_secret, previous_expires_at } = webhook;
  const isValid = previous_expires_at !== null && previous_expires_at > now;
  return [secret, isValid ? previous_secret : null]
    .filter((sealed) => sealed !== null)
    .map((sealed) => openSecret(deps, webhook, sealed));
};
