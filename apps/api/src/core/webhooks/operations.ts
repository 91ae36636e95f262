import {
  WebhookCircuitBreaker,
  WebhookRetry,
  webhookCircuitBreakerDefault,
  webhookRetryDefault,
  webhooks,
} from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { merge } from "../../domain/merge.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { followed, room } from "../../http/room.ts";
import { presentWebhook } from "../../webhooks/present.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";
import { bears, signs } from "../../webhooks/secrets.ts";
import { statusColumns } from "../status.ts";
import { makeAuth, makeSignature } from "./auth.ts";
import { presentItem, withPlain } from "./present.ts";
import { requireReachable } from "./reachable.ts";
import { replay } from "./replay.ts";
import * as store from "./store.ts";
import { beginTest, endAttempt } from "./try.ts";
import { update } from "./update.ts";

export const webhookRoom = room<typeof webhooks, WebhookRow>(webhooks, {
  load: ({ tx, params, lock }) => store.find(tx, params.webhook_id, lock),
  operations: {
    list: async ({ tx, query, page }) =>
      toPage(await store.list(tx, query.status, page), page, (row) => [row.id], presentItem),

    create: async ({ tx, body, caller, deps, emit }) => {
      requireReachable(deps.outgoing, body.url);
      const now = deps.clock.now();
      const place = { account_id: tx.accountId, id: deps.ids.make("webhook") };
      const { columns, plain } = makeAuth(deps, place, body.auth.type, body.auth.bearer_token);
      const { row, others } = await store.insert(tx, {
        id: place.id,
        name: body.name,
        description: body.description ?? null,
        url: body.url,
        events: body.events ?? [],
        subjects: jsonb(body.subjects ?? []),
        retry: merge(WebhookRetry, webhookRetryDefault, body.retry ?? {}, webhookRetryDefault),
        circuit_breaker: merge(
          WebhookCircuitBreaker,
          webhookCircuitBreakerDefault,
          body.circuit_breaker ?? {},
          webhookCircuitBreakerDefault,
        ),
        metadata: body.metadata ?? {},
        ...columns,
        auth_type: body.auth.type,
        ...(body.status && statusColumns(body.status, body, caller, now)),
        created_at: now,
        updated_at: now,
      });
      if (others >= store.webhooksMax) {
        throw new Problem("conflict", `An account has at most ${store.webhooksMax} webhooks.`);
      }
      const webhook = presentWebhook(row);
      emit("webhook.created", webhook);
      return withPlain(webhook, plain);
    },

    get: ({ row }) => presentWebhook(row),

    update,

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row.id);
      emit("webhook.deleted", presentWebhook(row));
    },

    test: followed(beginTest, endAttempt),

    rotateSecret: async ({ tx, row, deps, emit }) => {
      if (!signs(row.auth_type) && !bears(row.auth_type)) {
        throw new Problem("conflict", "This webhook has no secret: its auth.type is none.");
      }
      const { columns, plain } = signs(row.auth_type) ? makeSignature(deps, row) : makeAuth(deps, row, row.auth_type);
      const updated_at = nextStamp(deps.clock.now(), row);
      const webhook = presentWebhook(await store.update(tx, row.id, { ...columns, updated_at }));
      emit("webhook.secret.rotated", webhook);
      return withPlain(webhook, plain);
    },

    redeliver: replay,
  },
});
