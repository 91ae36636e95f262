import { sql } from "kysely";
import type { Database } from "../db/open.ts";
import type { EventRetention } from "../deps.ts";

/** The months that have their partitions ahead of time, the current one included. */
const monthsAhead = 3;
const dayMs = 86_400_000;

/** Makes the partitions of the months to come, and what was written without one finds its place. */
export const makePartitions = (database: Database, now: number): Promise<unknown> =>
  database.operator((as) => sql`select events_partitions(${now}::bigint, ${monthsAhead})`.execute(as("").db));

/**
 * Drops the partitions whose events are all past their retention; one that is in use stays until the next call.
 *
 * @returns their names.
 */
export const retirePartitions = async (
  database: Database,
  now: number,
  { keptDays, meteredDays }: EventRetention,
): Promise<string[]> => {
  const [kept, metered] = [now - keptDays * dayMs, now - meteredDays * dayMs];
  const { rows } = await database.operator((as) =>
    sql<{ name: string }>`select events_retire(${kept}::bigint, ${metered}::bigint) as name`.execute(as("").db),
  );
  return rows.map(({ name }) => name);
};
