import type { EventType } from "@authpi/schema";
import { type Expression, type Selectable, type SqlBool, sql } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import { timeOfId } from "../../domain/ids.ts";
import { conditionsOf, type EventFilters, kindOf, partiesOf } from "./filters.ts";

export type EventRow = Selectable<Tables["events"]>;

export const find = (tx: Tx, id: string) =>
  tx
    .from("events")
    .selectAll()
    .where("id", "=", id)
    // The id's own time: one partition is read.
    .where("created_at", "=", timeOfId(id) ?? -1)
    .executeTakeFirst();

/**
 * For the rest of the transaction: indexes are read in their order, and a page ends where it is full. The planner's own choice rests
 * on statistics that a new month has none of, and on a row comparison's first column alone: taken in, it would sort a year of events.
 */
export const byIndex = sql`set_config('enable_sort', 'off', true), set_config('enable_seqscan', 'off', true),
  set_config('enable_bitmapscan', 'off', true)`;

export const newest = async (tx: Tx, filters: EventFilters, before: string | undefined, limit: number) => {
  const behind: Expression<SqlBool>[] =
    before === undefined ? [] : [sql<SqlBool>`events.id < ${before} and events.created_at <= ${timeOfId(before) ?? 0}`];
  const page = (conditions: readonly Expression<SqlBool>[]) => {
    let query = tx.from("events").selectAll("events");
    for (const condition of [...conditions, ...behind]) query = query.where(condition);
    return query.orderBy("id", "desc").limit(limit);
  };
  await sql`select ${byIndex}`.execute(tx.db);
  const { types, ...others } = filters;
  const rare = types?.filter((type) => type !== perRequest);
  if (!types || !rare || partiesOf(filters).length > 0 || (types.length > 0 && rare.length === 0))
    return page(conditionsOf(filters)).execute();

  // Each type's own newest, by its index, of which these are the newest.
  const oneType = page([
    ...conditionsOf(others),
    ...kindOf({ types: rare }),
    sql<SqlBool>`events.type = wanted.type`,
    // What the index leaves out: said, so that it is used.
    sql<SqlBool>`events.type <> ${sql.lit(perRequest)}`,
  ]);
  const each = tx.db
    .selectFrom(sql<{ type: EventType }>`unnest(${rare}::text[])`.as<"wanted">(sql`wanted(type)`))
    .innerJoinLateral(oneType.as("found"), (join) => join.onTrue())
    .selectAll("found");
  const all = types.length > rare.length ? each.unionAll(page(conditionsOf({ ...others, types: [perRequest] }))) : each;
  return tx.db.selectFrom(all.as("events")).selectAll().orderBy("id", "desc").limit(limit).execute();
};
/** The type that has no index of its own: it is most of its partitions. */
const perRequest = "api-key.verified" satisfies EventType;
