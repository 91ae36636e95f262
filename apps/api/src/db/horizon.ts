import { sql } from "kysely";
import type { Database } from "./open.ts";

/** How far forward readers are behind the newest event. */
export interface HorizonLag {
  /** How long the oldest open transaction that has written has been open; 0 where there is none. */
  seconds: number;
  /** How many transactions have begun to write since. */
  transactions: number;
}

/**
 * The lag of the horizon below which forward readers read. The transactions of the whole cluster count, those of other databases
 * too; the ages of other roles' show where this one may see them.
 */
export const horizonLag = async (database: Pick<Database, "operator">): Promise<HorizonLag> => {
  const { rows } = await database.operator((as) =>
    sql<HorizonLag>`
      select coalesce(extract(epoch from clock_timestamp() - min(since)), 0)::float8 as seconds,
        (select pg_snapshot_xmax(s)::text::bigint - pg_snapshot_xmin(s)::text::bigint from pg_current_snapshot() s) as transactions
      from (
        select xact_start as since from pg_stat_activity where backend_xid is not null
        union all
        select prepared from pg_prepared_xacts
      ) writing`.execute(as("").db),
  );
  return rows[0] ?? { seconds: 0, transactions: 0 };
};
