import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { withClient } from "../../src/db/connect.ts";
import { migrate, pendingMigrations } from "../../src/db/migrate.ts";
import { tempDir, unique } from "./support.ts";

/** An empty database of the run's cluster. */
async function emptyDatabase(): Promise<pg.ClientConfig> {
  const database = unique("migrate");
  const admin = { ...inject("cluster"), database: "postgres" };
  await withClient(admin, (client) => client.query(`create database ${database}`));
  onTestFinished(async () => {
    await withClient(admin, (client) => client.query(`drop database ${database} with (force)`));
  });
  return { ...admin, database };
}

async function migrations(files: Record<string, string>): Promise<string> {
  const dir = await tempDir();
  await add(dir, files);
  return dir;
}

async function add(dir: string, files: Record<string, string>): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text);
}

const quiet = { progress: () => {} };
const first = { "0001_first.sql": "create table one (id int);\ncreate table two (id int);\n" };
const concurrent = `-- transaction: none
-- serves a look-up by id
create index concurrently one_id on one (id);
-- serves the other; and this comment ends in a semicolon;
create index concurrently two_id on two (id);
`;

describe("migrations", () => {
  test("are applied in order, once, and said", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations({ ...first, "0002_second.sql": "alter table one add name text" });
    const lines: string[] = [];
    expect(await pendingMigrations(connection, dir)).toEqual(["0001_first", "0002_second"]);
    expect(await migrate(connection, { dir, progress: (line) => lines.push(line) })).toEqual([
      "0001_first",
      "0002_second",
    ]);
    expect(lines).toEqual(["Applying 2 migrations …"]);
    expect(await pendingMigrations(connection, dir)).toEqual([]);
    expect(await migrate(connection, { dir, progress: (line) => lines.push(line) })).toEqual([]);
    expect(lines).toHaveLength(1);
  });

  test("are applied once by processes that start together", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations(first);
    const applied = await Promise.all(Array.from({ length: 4 }, () => migrate(connection, { dir, ...quiet })));
    expect(applied.flat()).toEqual(["0001_first"]);
  });

  test("leave nothing of one that fails", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations({ ...first, "0002_second.sql": "create table three (id int); select 1 / 0" });
    await expect(migrate(connection, { dir, ...quiet })).rejects.toThrow(
      "The migration 0002_second failed: division by zero.",
    );
    expect(await pendingMigrations(connection, dir)).toEqual(["0002_second"]);
    const { rows } = await withClient(connection, (client) => client.query("select to_regclass('three') as three"));
    expect(rows).toEqual([{ three: null }]);
  });

  test("that were changed after they had been applied are refused", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations(first);
    await migrate(connection, { dir, ...quiet });
    await add(dir, { "0001_first.sql": first["0001_first.sql"].replaceAll("\n", "\r\n") });
    expect(await migrate(connection, { dir, ...quiet })).toEqual([]);
    await add(dir, { "0001_first.sql": "create table one (id bigint)" });
    await expect(migrate(connection, { dir, ...quiet })).rejects.toThrow("The migration 0001_first was changed after");
  });

  test("that this version does not know are refused, and those that come too late", async () => {
    const connection = await emptyDatabase();
    await migrate(connection, { dir: await migrations({ "0002_newer.sql": "select 1" }), ...quiet });
    await expect(migrate(connection, { dir: await migrations(first), ...quiet })).rejects.toThrow(
      "The database has the migration 0002_newer, which this version of AuthPI does not know.",
    );
    const dir = await migrations({ ...first, "0002_newer.sql": "select 1" });
    await expect(migrate(connection, { dir, ...quiet })).rejects.toThrow(
      "The migration 0001_first comes before 0002_newer",
    );
    expect(await pendingMigrations(connection, await migrations(first))).toEqual(["0001_first"]);
  });

  test("may do without a transaction, for indexes that are made concurrently", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations({ ...first, "0002_indexes.sql": concurrent });
    await migrate(connection, { dir, ...quiet });
    const { rows } = await withClient(connection, (client) =>
      client.query(
        "select indexrelid::regclass::text as name from pg_index where indrelid in ('one'::regclass, 'two'::regclass) and indisvalid",
      ),
    );
    expect(rows.map(({ name }) => name).sort()).toEqual(["one_id", "two_id"]);
  });

  test("give up on a table that is in use, and say so", async () => {
    const connection = await emptyDatabase();
    const dir = await migrations(first);
    await migrate(connection, { dir, ...quiet });
    await add(dir, { "0002_second.sql": "alter table one add name text" });
    await withClient(connection, async (user) => {
      await user.query("begin; select from one");
      const refused = migrate(connection, { dir, lockTimeoutMs: 100, ...quiet });
      await expect(refused).rejects.toThrow("A table is in use for too long");
    });
  });

  test("have names that say their order", async () => {
    const connection = await emptyDatabase();
    const unnumbered = await migrations({ "first.sql": "select 1" });
    await expect(migrate(connection, { dir: unnumbered, ...quiet })).rejects.toThrow("first.sql is not named");
    const twice = await migrations({ "0001_a.sql": "select 1", "0001_b.sql": "select 1" });
    await expect(migrate(connection, { dir: twice, ...quiet })).rejects.toThrow("have the same number");
  });
});
