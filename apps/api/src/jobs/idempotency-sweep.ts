import { type RawBuilder, sql } from "kysely";
import type { JobContext, JobHandler } from "./job.ts";

/** Rows of a transaction. */
const batch = 5000;
/** A code that has expired says so for a while. */
const toldMs = 3_600_000;

/** Deletes the idempotency keys and the one-time codes that have expired, of all accounts. */
export const idempotencySweep: JobHandler<"idempotency.sweep"> = async (_, context) => {
  const now = context.deps.clock.now();
  await clear(sql`idempotency_keys`, now, context);
  await clear(sql`one_time_codes`, now - toldMs, context);
};

const clear = async (table: RawBuilder<unknown>, until: number, { database, signal }: JobContext): Promise<void> => {
  const expired = sql`select ctid from ${table} where expires_at <= ${until} limit ${batch}`;
  const some = sql`delete from ${table} where ctid = any (array(${expired}))`;
  for (let more = true; more; ) {
    signal.throwIfAborted();
    const { numAffectedRows } = await database.operator((as) => some.execute(as("").db));
    more = Number(numAffectedRows ?? 0) === batch;
  }
};
