import { type RawBuilder, sql } from "kysely";
import type { JobHandler } from "./job.ts";

/** Rows of a transaction. */
const batch = 5000;

/** Tokens are taken a few seconds beyond their end, where clocks differ. */
const toleranceMs = 60_000;

/**
 * Deletes what nobody can present any more, of all accounts: artifacts whose end has come (storage/artifacts.ts), and the revocations
 * of access tokens that have run out. Sessions stay: they are history.
 */
export const oidcSweep: JobHandler<"oidc.sweep"> = async (_, { database, deps, signal }) => {
  const now = deps.clock.now() - toleranceMs;
  const ended = (table: RawBuilder<unknown>) => {
    const rows = sql`select ctid from ${table} where expires_at <= ${now} limit ${batch}`;
    return sql`delete from ${table} where ctid = any (array(${rows}))`;
  };
  for (const table of [sql`oidc_artifacts`, sql`denied_tokens`]) {
    for (let more = true; more; ) {
      signal.throwIfAborted();
      const { numAffectedRows } = await database.operator((as) => ended(table).execute(as("").db));
      more = Number(numAffectedRows ?? 0) === batch;
    }
  }
};
