import type { EventAggregate } from "@authpi/schema";
import { eventBucketsMax } from "@authpi/schema";
import { type RawBuilder, sql } from "kysely";
import type { Static } from "typebox";
import type { Tx } from "../../db/tx.ts";
import { conditionsOf, type EventFilters } from "./filters.ts";

type Aggregate = Static<typeof EventAggregate>;
export type Bucket = Aggregate["buckets"][number];
export interface Counting {
  interval: Aggregate["interval"];
  groupBy: Aggregate["group_by"];
  countUnique: Exclude<Aggregate["group_by"], "type">;
}

const widths = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** The buckets, empty ones included; undefined where they would be too many, of which the statement makes none. */
export const aggregate = async (tx: Tx, filters: EventFilters, counting: Counting): Promise<Bucket[] | undefined> => {
  const { interval, groupBy, countUnique } = counting;
  let found = tx.from("events");
  for (const condition of conditionsOf(filters)) found = found.where(condition);
  const start = interval ? startOf(interval, sql.ref("events.created_at")) : sql<null>`null::bigint`;
  const key = groupBy ? sql.ref(`events.${groupBy}`) : sql<null>`null::text`;
  const unique = countUnique ? sql`count(distinct ${sql.ref(`events.${countUnique}`)})` : sql`null::bigint`;
  const counted = found
    .select([
      sql`${start}`.as("start"),
      sql`${key}`.as("key"),
      sql<number>`count(*)`.as("count"),
      sql`${unique}`.as("unique"),
    ])
    .groupBy([sql`1`, sql`2`]);
  const { rows } = await sql<Bucket & { filled: boolean; many: boolean }>`
    with counted as materialized (${counted}),
    starts as materialized (${startsOf(filters, interval)} limit ${eventBucketsMax + 1}),
    keys as materialized (${groupBy ? sql`select distinct key from counted` : sql`select null::text as key`} limit ${eventBucketsMax + 1}),
    size as materialized (select (select count(*) from starts) * (select count(*) from keys) > ${eventBucketsMax} as many),
    buckets as (
      select true as filled, s.start, k.key, coalesce(c.count, 0) as count, ${countUnique ? sql`coalesce(c.unique, 0)` : sql`null::bigint`} as unique
      from starts s cross join keys k
      left join counted c on c.start is not distinct from s.start and c.key is not distinct from k.key
      where not (select many from size)
    )
    select * from size left join buckets on true order by start, key collate "C" nulls last`.execute(tx.db);
  if (rows[0]?.many) return undefined;
  return rows.filter(({ filled }) => filled);
};

/** The beginning of each interval from the filters' bounds, or from the first event to the last. */
const startsOf = ({ after, before }: EventFilters, interval: Counting["interval"]): RawBuilder<unknown> => {
  if (!interval) return sql`select null::bigint as start`;
  if (after !== undefined && before !== undefined && after >= before)
    return sql`select null::bigint as start where false`;
  const from = after === undefined ? sql`(select min(start) from counted)` : startOf(interval, sql`${after}::bigint`);
  const to =
    before === undefined ? sql`(select max(start) from counted)` : startOf(interval, sql`${before - 1}::bigint`);
  // In the select list a series is made one by one, and ends where the limit does.
  if (interval !== "month") return sql`select generate_series(${from}, ${to}, ${widths[interval]}::bigint) as start`;
  return sql`select ${millisOf(sql`generate_series(${timeOf(from)}, ${timeOf(to)}, interval '1 month')`)} as start`;
};

const startOf = (interval: NonNullable<Counting["interval"]>, millis: RawBuilder<unknown>): RawBuilder<number> =>
  interval === "month"
    ? millisOf(sql`date_trunc('month', ${timeOf(millis)})`)
    : sql<number>`(${millis} / ${sql.lit(widths[interval])} * ${sql.lit(widths[interval])})`;

/** Without a time zone, in UTC: months then have the lengths that they have there. */
const timeOf = (millis: RawBuilder<unknown>): RawBuilder<unknown> =>
  sql`(to_timestamp((${millis}) / 1000.0) at time zone 'UTC')`;
const millisOf = (time: RawBuilder<unknown>): RawBuilder<number> => sql`((extract(epoch from ${time}) * 1000)::bigint)`;
