import type { Webhook, WebhookDelivery, WebhookDeliveryDetail } from "@authpi/schema";
import type { DeliveryDetail, DeliveryRow, WebhookRow } from "./rows.ts";
import { signs } from "./secrets.ts";

/** The webhook as the API shows it; never a secret. */
export const presentWebhook = (row: WebhookRow): Webhook => {
  const isSigned = signs(row.auth_type);
  return {
    id: row.id,
    account_id: row.account_id,
    name: row.name,
    description: row.description,
    url: row.url,
    events: row.events,
    subjects: row.subjects,
    auth: {
      type: row.auth_type,
      signature_algorithm: isSigned ? "hmac-sha256" : null,
      signature_secret_hint: isSigned ? row.secret_hint : null,
    },
    retry: row.retry,
    circuit_breaker: row.circuit_breaker,
    metadata: row.metadata,
    status: row.status,
    status_at: row.status_at,
    status_reason: row.status_reason,
    status_by: row.status_by,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
};

export const presentDelivery = (row: DeliveryRow): WebhookDelivery => ({
  id: row.id,
  account_id: row.account_id,
  webhook_id: row.webhook_id,
  event_id: row.event_id,
  event_type: row.event_type,
  status: row.status,
  // A delivery is written when an attempt begins or ends, or when it is told to wait or to go.
  status_at: row.updated_at,
  status_reason: row.last_error,
  status_by: null,
  attempt_count: row.attempt_count,
  first_attempted_at: row.first_attempted_at,
  last_attempted_at: row.last_attempted_at,
  next_attempt_at: row.next_attempt_at,
  retry_workflow_id: null,
  attempt_budget: row.attempt_budget,
  last_error: row.last_error,
  last_response_status: row.last_response_status,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

export const presentDetail = (row: DeliveryDetail): WebhookDeliveryDetail => ({
  ...presentDelivery(row),
  attempts: row.attempts,
});
