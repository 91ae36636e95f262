import { setImmediate as nextTurn } from "node:timers/promises";
import { sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import type { Outcome } from "./attempt.ts";
import type { Delivering } from "./deliver.ts";
import { attemptsMax } from "./record.ts";
import type { Claimed } from "./rows.ts";

interface Success {
  claimed: Claimed;
  outcome: Outcome;
}
interface Waiting extends Success {
  resolve(): void;
  reject(error: unknown): void;
}

/** Whether an attempt ended as most do: it succeeded, and means nothing for its webhook. */
export const isUsual = ({ kind, webhook }: Claimed, { isSuccess }: Outcome): boolean =>
  isSuccess && kind === "job" && webhook.status === "active" && webhook.failures_in_row === 0;

/** Writes usual successes: those of an account that end while a transaction runs are written together by the next one. */
export const createSuccesses = ({ database, deps }: Pick<Delivering, "database" | "deps">) => {
  const waiting = new Map<string, Waiting[]>();

  const drain = async (accountId: string, queue: Waiting[]): Promise<void> => {
    while (queue.length > 0) {
      await nextTurn();
      const batch = queue.splice(0);
      await database
        .transaction(accountId, (tx) => recordSuccesses(tx, batch, deps.clock.now()))
        .then(
          () => batch.forEach(({ resolve }) => void resolve()),
          (error) => batch.forEach(({ reject }) => void reject(error)),
        );
    }
    waiting.delete(accountId);
  };

  return {
    add: (claimed: Claimed, outcome: Outcome): Promise<void> =>
      new Promise((resolve, reject) => {
        const accountId = claimed.webhook.account_id;
        const one = { claimed, outcome, resolve, reject };
        const queue = waiting.get(accountId);
        if (queue) return void queue.push(one);
        const begun = [one];
        waiting.set(accountId, begun);
        void drain(accountId, begun);
      }),
  };
};
export type Successes = ReturnType<typeof createSuccesses>;

const recordSuccesses = async (tx: Tx, successes: readonly Success[], now: number): Promise<void> => {
  const rows = successes.map(({ claimed: { delivery }, outcome: { attempt } }) => ({
    webhook_id: delivery.webhook_id,
    id: delivery.id,
    ticket: delivery.ticket,
    at: attempt.at,
    status: attempt.status,
    attempt,
  }));
  await sql`
    update webhook_deliveries d set status = 'succeeded', ticket = d.ticket + 1, claimed_at = null, next_attempt_at = null,
      attempt_count = d.attempt_count + 1, first_attempted_at = coalesce(d.first_attempted_at, t.at), last_attempted_at = t.at,
      last_error = null, last_response_status = t.status,
      attempts = case when jsonb_array_length(d.attempts) >= ${attemptsMax} then d.attempts - 0 else d.attempts end || t.attempt,
      updated_at = greatest(${now}, d.updated_at + 1)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as t (webhook_id text, id text, ticket integer, at bigint, status integer, attempt jsonb)
    where ${tx.own("d")} and d.webhook_id = t.webhook_id and d.id = t.id and d.ticket = t.ticket
      and d.status = 'delivering'`.execute(tx.db);
};
