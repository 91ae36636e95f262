import { type RawBuilder, type SqlBool, sql } from "kysely";
import type { TenantTable, Tx } from "../db/tx.ts";

/** The rows of one table that go along with what they stand below. */
export interface Below {
  table: TenantTable;
  /** The columns that name what they stand below. */
  ids: Readonly<Record<string, string>>;
  /** What the deletion's event calls their number; absent where it tells of what they stand below instead. */
  counted?: string;
  /** Which of them count, where not all do: what was deleted before is not deleted again. */
  which?: RawBuilder<SqlBool>;
}

/**
 * Tables whose rows outlive what they tell of, although they name it: they hold ids, and no foreign keys. Every other table is in the
 * list of what it stands below, or a test fails.
 */
export const history: readonly TenantTable[] = ["events", "notes"];

/** How much goes along, for the event of the deletion: part of the statement that marks it. */
export const countsOf = (tx: Tx, below: readonly Below[]): RawBuilder<Record<string, number>> => {
  const counts = below.flatMap((part) => {
    if (part.counted === undefined) return [];
    const which = part.which ? sql` and ${part.which}` : sql``;
    const count = sql`(select count(*) from ${sql.table(part.table)} where ${mine(tx, part)}${which})`;
    return [sql.lit(part.counted), count];
  });
  return sql`json_build_object(${sql.join(counts)})`;
};

/** Deletes no more than `limit` of the rows, and says how many they were. */
export const clearBatch = async (tx: Tx, below: Below, limit: number): Promise<number> => {
  const some = sql`select ctid from ${sql.table(below.table)} where ${mine(tx, below)} limit ${limit}`;
  const { numDeletedRows } = await tx
    .delete(below.table)
    .where(sql<SqlBool>`ctid = any (array(${some}))`)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
};

const mine = (tx: Tx, { table, ids }: Below) => {
  const named = Object.entries(ids).map(([column, id]) => sql<SqlBool>`${sql.ref(`${table}.${column}`)} = ${id}`);
  return sql.join([tx.own(table), ...named], sql` and `);
};
