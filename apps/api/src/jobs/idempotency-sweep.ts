import { sql } from "kysely";
import type { JobHandler } from "./job.ts";

/** Rows of a transaction. */
const batch = 5000;

/** Deletes the idempotency keys that have expired, of all accounts. */
export const idempotencySweep: JobHandler<"idempotency.sweep"> = async (_, { database, deps, signal }) => {
  const now = deps.clock.now();
  const expired = sql`select ctid from idempotency_keys where expires_at <= ${now} limit ${batch}`;
  const clear = sql`delete from idempotency_keys where ctid = any (array(${expired}))`;
  for (let more = true; more; ) {
    signal.throwIfAborted();
    const { numAffectedRows } = await database.operator((as) => clear.execute(as("").db));
    more = Number(numAffectedRows ?? 0) === batch;
  }
};
