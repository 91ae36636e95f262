import { type Selectable, type SqlBool, sql } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import { timeOfId } from "../../domain/ids.ts";

export type EventRow = Selectable<Tables["events"]>;
export interface EventFilters {
  issuer_id?: string;
  user_id?: string;
  client_id?: string;
  org_id?: string;
  agent_id?: string;
  key_id?: string;
  event_types?: string;
  after?: number;
  before?: number;
}
/** Where a forward reader stands. */
export interface ForwardPosition {
  epoch: number;
  xid: string;
  id: string;
}

export const find = (tx: Tx, id: string) =>
  tx
    .from("events")
    .selectAll()
    .where("id", "=", id)
    // The id's own time: one partition is read.
    .where("created_at", "=", timeOfId(id) ?? -1)
    .executeTakeFirst();

export const newest = (tx: Tx, filters: EventFilters, before: string | undefined, limit: number) => {
  let query = filtered(tx, filters);
  if (before !== undefined) query = query.where("id", "<", before);
  return query.orderBy("id", "desc").limit(limit).execute();
};

/**
 * Reads on from a position, in the order in which transactions began, below the oldest that still runs: what commits late is never
 * behind the reader.
 */
export const forward = (tx: Tx, filters: EventFilters, { epoch, xid, id }: ForwardPosition, limit: number) =>
  filtered(tx, filters)
    .where(sql<SqlBool>`(epoch, xid, id) > (${epoch}, ${xid}::xid8, ${id})`)
    .where(sql<SqlBool>`xid < pg_snapshot_xmin(pg_current_snapshot())`)
    .orderBy("epoch")
    .orderBy("xid")
    .orderBy("id")
    .limit(limit)
    .execute();

const parties = ["issuer_id", "user_id", "client_id", "org_id", "agent_id", "key_id"] as const;

const filtered = (tx: Tx, filters: EventFilters) => {
  let query = tx.from("events").selectAll();
  for (const party of parties) {
    const id = filters[party];
    if (id !== undefined) query = query.where(party, "=", id);
  }
  if (filters.after !== undefined) query = query.where("created_at", ">=", Math.ceil(filters.after));
  if (filters.before !== undefined) query = query.where("created_at", "<", Math.ceil(filters.before));
  if (filters.event_types !== undefined) query = query.where(ofTypes(filters.event_types.split(",")));
  return query;
};

/** Exact types, and families by a trailing `.*`. */
const ofTypes = (types: readonly string[]) => {
  const families = types
    .filter((type) => type.endsWith(".*"))
    .map((type) => `${type.slice(0, -1).replaceAll("_", "\\_")}%`);
  const exact = types.filter((type) => !type.endsWith(".*"));
  return sql<SqlBool>`(type = any (${exact}::text[]) or type like any (${families}::text[]))`;
};
