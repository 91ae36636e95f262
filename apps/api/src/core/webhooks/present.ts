import type { Webhook, WebhookListItem } from "@authpi/schema";
import { presentWebhook } from "../../webhooks/present.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";
import type { Plain } from "./auth.ts";

export const presentItem = (row: WebhookRow): WebhookListItem => {
  const { auth, ...rest } = presentWebhook(row);
  return { ...rest, auth_type: auth.type };
};

/** With the secrets that this answer alone holds. */
export const withPlain = (webhook: Webhook, plain: Plain) => ({ ...webhook, auth: { ...webhook.auth, ...plain } });
