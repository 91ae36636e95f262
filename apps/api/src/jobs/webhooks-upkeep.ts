import { sql } from "kysely";
import type { JobHandler } from "./job.ts";

const keptMs = 30 * 86_400_000;
const deletedMax = 5000;
const overdueMs = 10 * 60_000;

/** Deliveries of more than 30 days go, a few thousand at a time. */
export const webhooksRetention: JobHandler<"webhooks.retention"> = async (_, { database, deps, signal }) => {
  const before = deps.clock.now() - keptMs;
  for (let deleted = deletedMax; deleted === deletedMax && !signal.aborted; ) {
    deleted = await database.operator(async (as) => {
      const { numAffectedRows } = await sql`delete from webhook_deliveries where (account_id, webhook_id, id) in (
        select account_id, webhook_id, id from webhook_deliveries where created_at < ${before} limit ${deletedMax})`.execute(
        as("").db,
      );
      return Number(numAffectedRows ?? 0);
    });
  }
};

/**
 * What a crash at a bad moment left behind goes on: deliveries whose attempt has no end, or whose job is gone, and those that wait
 * for a webhook that is active.
 */
export const webhooksRecovery: JobHandler<"webhooks.recovery"> = async (_, { database, deps }) => {
  const now = deps.clock.now();
  const left = await database.operator((as) =>
    sql<{ account_id: string; webhook_id: string }>`
      with stuck as (
        update webhook_deliveries set status = 'waiting', ticket = ticket + 1, updated_at = greatest(${now}, updated_at + 1)
        where (status = 'delivering' and claimed_at < ${now - overdueMs})
          or (status = 'pending' and next_attempt_at < ${now - overdueMs})
        returning account_id, webhook_id)
      select account_id, webhook_id from stuck
      union
      select d.account_id, d.webhook_id from webhook_deliveries d
      join webhooks w on w.account_id = d.account_id and w.id = d.webhook_id and w.status = 'active'
      where d.status = 'waiting'`.execute(as("").db),
  );
  for (const { account_id: accountId, webhook_id: webhookId } of left.rows) {
    await database.transaction(accountId, (tx) => tx.enqueue("webhooks.release", { data: { accountId, webhookId } }));
  }
};
