import type { webhooks } from "@authpi/schema";
import { sql } from "kysely";
import { invalid, invalidField } from "../../http/problem.ts";
import type { Call } from "../../http/room.ts";
import type { WebhookRow } from "../../webhooks/rows.ts";

type Redeliver = Call<typeof webhooks, (typeof webhooks)["operations"]["redeliver"], WebhookRow>;

/** As many as a series of ids names. */
const enqueuedMax = 100_000;

/**
 * Every event of the time that the webhook wants becomes a delivery that waits, those that were made before with all their attempts
 * anew; a job sends them on, some hundreds at a time.
 */
export const replay = async ({ tx, row, body, deps }: Redeliver) => {
  const { status } = body;
  const [after, before] = [body.after ?? 0, body.before ?? Number.MAX_SAFE_INTEGER];
  const eventTypes = body.event_types ?? [];
  if (after >= before) throw invalidField("after", "must be before `before`");
  const now = deps.clock.now();
  const { head } = deps.ids.series("delivery");
  const budget = row.retry.max_attempts;
  const { rows } = await sql<{ found: number; enqueued: number }>`
    with found as (
      select e.account_id, e.id, e.type, e.created_at, d.id as delivery_id
      from events e
      join webhooks w on ${tx.own("w")} and w.id = ${row.id}
      left join webhook_deliveries d on ${tx.own("d")} and d.webhook_id = ${row.id} and d.event_id = e.id
      where ${tx.own("e")} and not e.metered and e.created_at >= ${after} and e.created_at < ${before} and webhook_wants(w.events, w.subjects, e.type, jsonb_build_object('issuer', e.issuer_id, 'organization', e.org_id,
          'user', e.user_id, 'client', e.client_id, 'agent', e.agent_id))
        and (${eventTypes.length === 0} or event_is_of(e.type, ${eventTypes}::text[]))
        and ${!status ? sql`(d.status is null or d.status in ('succeeded', 'failed'))` : sql`d.status = ${status} and d.status in ('succeeded', 'failed')`}
      limit ${enqueuedMax + 1}
    ), numbered as (
      select *, row_number() over (order by id) - 1 as n from found where (select count(*) from found) <= ${enqueuedMax}
    ), put as (
      insert into webhook_deliveries (account_id, webhook_id, id, event_id, event_type, event_at, status, attempt_budget, created_at,
        updated_at)
      select account_id, ${row.id}, ${head} || lpad(n::text, 5, '0'), id, type, created_at, 'waiting', ${budget}, ${now}, ${now}
      from numbered
      on conflict (account_id, webhook_id, event_id) do update set status = 'waiting', ticket = webhook_deliveries.ticket + 1,
        attempt_budget = webhook_deliveries.attempt_count + ${budget},
        updated_at = greatest(${now}, webhook_deliveries.updated_at + 1)
        where webhook_deliveries.status in ('succeeded', 'failed')
      returning 1
    )
    select (select count(*) from found) as found, (select count(*) from put) as enqueued`.execute(tx.db);
  const { found = 0, enqueued = 0 } = rows[0] ?? {};
  if (found > enqueuedMax) {
    const message = `takes in more than ${enqueuedMax} events: narrow the time by after and before, or name event_types`;
    throw invalid({ field: "after", code: "out_of_range", message });
  }
  if (enqueued > 0) {
    await tx.enqueue("webhooks.release", { data: { accountId: tx.accountId, webhookId: row.id } });
  }
  return { enqueued };
};
