import type { World } from "./world.ts";

/** What the database holds of an account, table by table: the number of rows and a digest of them. */
export type Holdings = Record<string, { rows: number; digest: string }>;

/** Two of these are equal exactly where nothing of the account was written in between. */
export const holdingsOf = async (world: World, accountId: string): Promise<Holdings> => {
  const tables = await tenantTables(world);
  const parts = tables.map(
    (
      table,
    ) => `select '${table}' as name, count(*)::int as rows, md5(string_agg(t::text, ',' order by t::text)) as digest
      from ${table} t where account_id = $1`,
  );
  const rows = await world.sql<{ name: string; rows: number; digest: string }>(parts.join(" union all "), [accountId]);
  return Object.fromEntries(rows.map(({ name, rows: count, digest }) => [name, { rows: count, digest }]));
};

/** The tables that hold rows of an account, partitions left to their parents. */
export const tenantTables = async (world: World): Promise<string[]> => {
  const rows = await world.sql<{ name: string }>(`
    select relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'account_id'
    where c.relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition and relname <> 'installation'
    order by 1`);
  return rows.map(({ name }) => name);
};

export interface EventRow {
  id: string;
  type: string;
  trigger: string;
  trace: string;
  auth: Record<string, unknown>;
  subject: Record<string, string>;
  data: Record<string, unknown>;
}

/** The events of an account, oldest first. */
export const eventsOf = (world: World, accountId: string): Promise<EventRow[]> =>
  world.sql<EventRow & Record<string, unknown>>("select * from events where account_id = $1 order by id", [accountId]);

/** Every value of the database that must not leave it: secrets' MACs, private keys, sealed answers. */
export const hiddenBytesOf = async (world: World, accountId: string): Promise<Buffer[]> => {
  const columns = await world.sql<{ table: string; column: string; many: boolean }>(`
    select relname as table, attname as column, atttypid = 'bytea[]'::regtype as many from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and atttypid in ('bytea'::regtype, 'bytea[]'::regtype)
      and exists (select from pg_attribute o where o.attrelid = c.oid and o.attname = 'account_id')`);
  const parts = columns.map(
    ({ table, column, many }) =>
      `select ${many ? `unnest(${column})` : column} as bytes from ${table} where account_id = $1 and ${column} is not null`,
  );
  const rows = await world.sql<{ bytes: Buffer }>(parts.join(" union all "), [accountId]);
  return rows.map(({ bytes }) => bytes);
};
