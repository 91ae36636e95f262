import { type Expression, type SqlBool, sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import { conditionsOf, type EventFilters, isParty, kindOf, monthsOf, partiesOf } from "./filters.ts";
import { byIndex, type EventRow } from "./store.ts";

/** Where a forward reader stands. */
export interface ForwardPosition {
  epoch: number;
  xid: string;
  id: string;
}
export interface ForwardPage {
  rows: EventRow[];
  more: boolean;
  /** Behind all that was looked at: a reader whose filters find little does not read the same again. */
  at: ForwardPosition;
}

/** How many events one page looks at, however few its filters find. */
const lookedAtMax = 10_000;
/** The parties whose events lie in forward order in an index; the others are in every row of a verification, where one more would cost. */
const indexed: readonly string[] = ["user_id", "client_id", "agent_id"];

/**
 * Reads on from a position, in the order in which transactions began, below the oldest that still runs: what commits late is never
 * behind the reader.
 */
export const forward = async (
  tx: Tx,
  filters: EventFilters,
  from: ForwardPosition,
  limit: number,
): Promise<ForwardPage> => {
  const horizon = await horizonOf(tx);
  const [party] = partiesOf(filters).filter((one) => indexed.includes(one));
  const candidates = candidatesOf(tx, from, horizon, [
    ...(party ? [isParty(filters, party)] : []),
    ...kindOf(filters),
    ...monthsOf(filters),
  ]);
  let query = tx.db.selectFrom(candidates.selectAll("events").limit(lookedAtMax).as("events")).selectAll();
  for (const condition of conditionsOf(filters)) query = query.where(condition);
  const found = await query
    .orderBy("epoch")
    .orderBy("xid")
    .orderBy("id")
    .limit(limit + 1)
    .execute();

  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  if (last && found.length > limit) return { rows, more: true, at: last };
  // Below the horizon nothing changes: this statement sees what the one before saw.
  const end = await tx.db
    .selectFrom(candidates.select(["epoch", "xid", "id"]).limit(lookedAtMax).as("events"))
    .select(["epoch", "xid", "id", sql<number>`count(*) over ()`.as("lookedAt")])
    .orderBy("epoch", "desc")
    .orderBy("xid", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
  return { rows, more: end?.lookedAt === lookedAtMax, at: end ?? from };
};

/** Every transaction before it has ended, and its events are seen by all statements from now on. */
const horizonOf = async (tx: Tx): Promise<string> => {
  const query = sql<{ horizon: string }>`select pg_snapshot_xmin(pg_current_snapshot()) as horizon, ${byIndex}`;
  const { rows } = await query.execute(tx.db);
  return rows[0]?.horizon ?? "0";
};

const candidatesOf = (
  tx: Tx,
  { epoch, xid, id }: ForwardPosition,
  horizon: string,
  conditions: readonly Expression<SqlBool>[],
) => {
  let query = tx
    .from("events")
    .where(sql<SqlBool>`(epoch, xid, id) > (${epoch}, ${xid}::xid8, ${id})`)
    .where(sql<SqlBool>`xid < ${horizon}::xid8`);
  for (const condition of conditions) query = query.where(condition);
  return query.orderBy("epoch").orderBy("xid").orderBy("id");
};
