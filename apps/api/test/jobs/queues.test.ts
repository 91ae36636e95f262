import { expect, test, vi } from "vitest";
import { listQueues } from "../../src/db/jobs.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const { database, clock } = world.server;
const name = "events.partitions";
const inDatabase = (state: string) =>
  world.sql("select id from pgboss.job where name = $1 and state = $2", [name, state]);

test("a job is there when its transaction commits, and not when it rolls back", async () => {
  const { accountId } = await world.tenant();
  await expect(
    database.transaction(accountId, async (tx) => {
      await tx.enqueue(name, { data: {} });
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await inDatabase("created")).toEqual([]);
  await database.transaction(accountId, (tx) => tx.enqueue(name, { data: {} }, { data: {} }));
  expect(await inDatabase("created")).toHaveLength(2);
  expect(await runJobs(world.server)).toEqual([
    { name, data: {} },
    { name, data: {} },
  ]);
  expect(await inDatabase("created")).toEqual([]);
});

test("a job for later waits for its time", async () => {
  const { accountId } = await world.tenant();
  await database.transaction(accountId, (tx) => tx.enqueue(name, { data: {}, at: clock.now() + 3_600_000 }));
  expect(await runJobs(world.server)).toEqual([]);
  expect((await listQueues(database.jobs)).queues).toContainEqual({ name, ready: 0, later: 1, active: 0, failed: 0 });
  clock.advance(3_600_001);
  expect(await runJobs(world.server)).toHaveLength(1);
});

test("a tenant's transaction cannot read what others put into the queues", async () => {
  const { accountId } = await world.tenant();
  const peek = database.transaction(accountId, async (tx) => {
    const { sql } = await import("kysely");
    await sql`select data from pgboss.job`.execute(tx.db);
  });
  await expect(peek).rejects.toThrow("permission denied");
});

test("of two servers that do jobs, one takes each, at once", async () => {
  const workers = await Promise.all([world.another({ jobs: true }), world.another({ jobs: true })]);
  const { accountId } = await world.tenant();
  await database.transaction(accountId, (tx) => tx.enqueue(name, ...Array.from({ length: 20 }, () => ({ data: {} }))));
  const done = `select sum(retry_count)::int as retries, count(*)::int as done from pgboss.job
    where name = $1 and state = 'completed' and completed_on > now() - interval '10 s'`;
  await vi.waitFor(async () => expect((await world.sql(done, [name]))[0]?.done).toBeGreaterThanOrEqual(20), 10_000);
  expect((await world.sql(done, [name]))[0]?.retries).toBe(0);
  expect(workers.flatMap(({ complaints }) => complaints)).toEqual([]);
});
