import pg from "pg";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { makePartitions, retirePartitions } from "../../src/events/partitions.ts";
import { type Happening, recordEvents } from "../core/event-rows.ts";
import { good, idsOf } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld, type Tenant } from "../harness/world.ts";

const world = await createWorld();
const { database, clock } = world.server;
let tenant: Tenant;

beforeEach(async () => {
  tenant = await world.tenant();
});

const dayMs = 86_400_000;
/** The first of a month, some months from the database's own. */
const month = (offset: number): number => {
  const now = new Date(Date.now());
  return Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset);
};
const nameOf = (kind: "kept" | "metered", offset: number) =>
  `events_${kind}_${new Date(month(offset)).toISOString().slice(0, 7).replace("-", "_")}`;
const partitions = async (): Promise<string[]> => {
  const rows = await world.sql<{ name: string }>(
    "select relid::regclass::text as name from pg_partition_tree('events') where isleaf order by 1",
  );
  return rows.map(({ name }) => name);
};
/** Where events lie: their partitions, by their ids. */
const placesOf = async (ids: readonly string[]) => {
  const rows = await world.sql<{ id: string; place: string }>(
    "select id, tableoid::regclass::text as place from events where id = any ($1)",
    [ids],
  );
  const places = new Map(rows.map(({ id, place }) => [id, place]));
  return ids.map((id) => places.get(id));
};
const verified = (at: number): Happening => ({ at, type: "api-key.verified" });
/** All in this span are kept. */
const forever = { keptDays: 36_500, meteredDays: 36_500 };

test("the job makes the months to come, once, walled off as the first ones are", async () => {
  clock.advance(62 * dayMs);
  onTestFinished(() => clock.advance(-62 * dayMs));
  await database.transaction(tenant.accountId, (tx) => tx.enqueue("events.partitions", { data: {} }));
  expect((await runJobs(world.server)).map(({ error }) => error)).toEqual([undefined]);
  const made = await partitions();
  for (const offset of [0, 1, 2, 3, 4])
    expect(made).toEqual(expect.arrayContaining([nameOf("kept", offset), nameOf("metered", offset)]));
  await makePartitions(database, clock.now());
  expect(await partitions()).toEqual(made);

  const walls = await world.sql(
    `select distinct relrowsecurity, relforcerowsecurity, has_table_privilege('authpi_app', c.oid, 'select') as open,
       (select count(*)::int from pg_policy where polrelid = c.oid) as policies,
       (select count(*)::int from pg_index where indrelid = c.oid and indisvalid) as indexes
     from pg_class c where relname = any ($1)`,
    [made],
  );
  expect(walls).toEqual([{ relrowsecurity: true, relforcerowsecurity: true, open: false, policies: 2, indexes: 12 }]);
});

test("what was written before its month was made is moved there, and stays in the feed", async () => {
  const [from, to] = [month(-20), month(-19)];
  const ids = await recordEvents(world, tenant.accountId, [
    { at: from - 1 },
    { at: from, user_id: "usr_a" },
    verified(from + 1),
    { at: to - 1 },
    { at: to },
  ]);
  const before = await idsOf(tenant.api, "events");
  const forward = good(await tenant.api.get("events?order=asc"));
  expect(new Set(await placesOf(ids))).toEqual(new Set(["events_kept_other", "events_metered_other"]));
  await world.sql("select events_partitions($1, 1)", [from + dayMs]);
  const kept = nameOf("kept", -20);
  const others = "events_kept_other";
  expect(await placesOf(ids)).toEqual([others, kept, nameOf("metered", -20), kept, others]);
  expect(await idsOf(tenant.api, "events")).toEqual(before);
  expect(good(await tenant.api.get("events?order=asc"))).toEqual(forward);
  expect(await idsOf(tenant.api, "events?user_id=usr_a")).toEqual([ids[1]]);
});

test("a month goes when all of it is past its retention, each kind by its own; the default partitions are emptied too", async () => {
  await world.sql("select events_partitions($1, 3)", [month(-15)]);
  const ids = await recordEvents(world, tenant.accountId, [
    { at: month(-30) },
    verified(month(-30)),
    { at: month(-15) },
    verified(month(-15)),
    { at: month(-14) },
    { at: month(-13) - 1 },
    verified(month(-1)),
  ]);
  // Kept until the middle of one month, metered until the middle of the month before.
  const keptDays = Math.floor((Date.now() - month(-14)) / dayMs) - 15;
  const meteredDays = Math.floor((Date.now() - month(-14)) / dayMs) + 15;
  const dropped = await retirePartitions(database, Date.now(), { keptDays, meteredDays });
  expect(dropped.filter((name) => !/_\d{4}_\d\d$/.test(name))).toEqual([]);
  expect(dropped).toContain(nameOf("kept", -15));
  for (const name of [nameOf("kept", -14), nameOf("metered", -15)]) expect(dropped).not.toContain(name);
  const left = await placesOf(ids);
  expect(left.slice(0, 3)).toEqual([undefined, undefined, undefined]);
  expect(left.slice(3)).not.toContain(undefined);
  expect((await tenant.api.get(`events/${ids[2]}`)).status).toBe(404);
  expect(await retirePartitions(database, Date.now(), { keptDays, meteredDays })).toEqual([]);
  expect(await partitions()).not.toContain(nameOf("kept", -15));
});

test("the current month and those to come stay, whatever is asked", async () => {
  await makePartitions(database, Date.now());
  await world.sql("select events_retire($1, $1)", [month(48)]);
  const left = await partitions();
  for (const offset of [0, 1, 2])
    expect(left).toEqual(expect.arrayContaining([nameOf("kept", offset), nameOf("metered", offset)]));
  expect(left).not.toContain(nameOf("kept", -14));
  expect(await idsOf(tenant.api, "events")).not.toEqual([]);
});

test("a partition that is in use stays, holds nobody up for long, and goes the next time", async () => {
  await world.sql("select events_partitions($1, 1)", [month(-15)]);
  const reader = new pg.Client(world.connection);
  await reader.connect();
  onTestFinished(() => reader.end());
  await reader.query("begin; select count(*) from events");
  const days = { ...forever, keptDays: 400 };
  const [dropped, written] = await Promise.all([
    retirePartitions(database, Date.now(), days),
    tenant.api.post("issuers", { name: "acme" }),
  ]);
  expect(dropped).toEqual([]);
  expect(written.status).toBe(201);
  await reader.query("commit");
  expect(await retirePartitions(database, Date.now(), days)).toEqual([nameOf("kept", -15)]);
});

test("neither is for the server's roles to call", async () => {
  for (const call of ["events_partitions(1, 1)", "events_retire(1, 1)"])
    for (const role of ["authpi_app", "authpi_verify"]) {
      const client = new pg.Client(world.connection);
      await client.connect();
      await client.query(`begin; set local role ${role}`);
      await expect(client.query(`select ${call}`)).rejects.toThrow(/permission denied/);
      await client.end();
    }
});
