import {
  WebhookCircuitBreaker,
  WebhookRetry,
  webhookCircuitBreakerDefault,
  webhookRetryDefault,
  type webhooks,
} from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { patched } from "../../domain/merge.ts";
import { changesBetween } from "../../events/append.ts";
import { requireHeld } from "../../http/caller.ts";
import { nextStamp } from "../../http/etag.ts";
import type { Call } from "../../http/room.ts";
import { presentWebhook } from "../../webhooks/present.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";
import { statusColumns } from "../status.ts";
import { makeAuth, replaceToken } from "./auth.ts";
import { withPlain } from "./present.ts";
import { requireReachable } from "./reachable.ts";
import * as store from "./store.ts";

type Update = Call<typeof webhooks, (typeof webhooks)["operations"]["update"], WebhookRow>;

export const update = async ({ tx, row, body, caller, deps, emit, unchanged }: Update) => {
  const now = deps.clock.now();
  const { url, events, subjects } = body;
  // Who could turn a webhook to themselves would read events without the scope.
  if (url !== undefined || events !== undefined || subjects !== undefined) requireHeld(caller, ["events:read"]);
  if (url !== undefined && url !== row.url) requireReachable(deps.outgoing, url);

  const values = defined({
    name: body.name,
    description: body.description,
    url,
    events: events === null ? [] : events,
    subjects: subjects === null ? [] : subjects,
    retry: patched(WebhookRetry, row.retry, body.retry, webhookRetryDefault),
    circuit_breaker: patched(
      WebhookCircuitBreaker,
      row.circuit_breaker,
      body.circuit_breaker,
      webhookCircuitBreakerDefault,
    ),
    metadata: body.metadata === null ? {} : body.metadata,
  });
  const auth = changedAuth({ deps, row, body });
  // `active` ends what a failing webhook is in, too.
  const status = body.status === row.status ? undefined : body.status;
  const turn = status && { ...statusColumns(status, body, caller, now), failures_in_row: 0, trial_at: null };

  const before = presentWebhook(row);
  const next = presentWebhook({ ...row, ...values, ...auth.columns, ...turn });
  if (!changesBetween(before, next) && Object.keys(auth.columns).length === 0) {
    unchanged();
    return before;
  }
  const { subjects: changed, ...others } = values;
  const columns = { ...others, ...(changed && { subjects: jsonb(changed) }), ...auth.columns, ...turn };
  const webhook = presentWebhook(await store.update(tx, row.id, { ...columns, updated_at: nextStamp(now, row) }));
  emit(status ? statusEvents[status] : "webhook.updated", webhook, changesBetween(before, webhook) ?? {});
  if (status === "active") {
    await tx.enqueue("webhooks.release", { data: { accountId: tx.accountId, webhookId: row.id } });
  }
  return withPlain(webhook, auth.plain);
};

const statusEvents = { active: "webhook.resumed", disabled: "webhook.paused" } as const;

const changedAuth = ({ deps, row, body: { auth } }: Pick<Update, "deps" | "row" | "body">) => {
  const none = { columns: {}, plain: {} };
  if (auth?.type !== undefined && auth.type !== row.auth_type) return makeAuth(deps, row, auth.type, auth.bearer_token);
  return auth?.bearer_token ? { ...none, columns: replaceToken(deps, row, auth.bearer_token) } : none;
};
