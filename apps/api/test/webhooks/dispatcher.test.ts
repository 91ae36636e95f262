import { expect, onTestFinished, test, vi } from "vitest";
import { readInstallation } from "../../src/core/installation/operations.ts";
import { quiet, startBoss } from "../../src/db/jobs.ts";
import type { JobData } from "../../src/db/queues.ts";
import { claimDeliveries } from "../../src/webhooks/deliver.ts";
import { createDispatcher } from "../../src/webhooks/dispatcher.ts";
import { good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newHook } from "./support.ts";

const world = await createWorld();
const { database, deps, outgoing } = world.server;
const queue = "webhooks.deliver";

/** Everything that a worker needs, and pg-boss on this database, neither watching nor working. */
const workerParts = async () => {
  const { rootIssuerId, epoch } = await readInstallation(database);
  const boss = await startBoss({ ...quiet, db: { executeSql: database.jobs.executeSql } });
  onTestFinished(() => boss.stop({ graceful: false }));
  const complaints: unknown[] = [];
  const log = { error: (about: object, message: string) => void complaints.push([about, message]) };
  return { boss, complaints, context: { database, deps: { ...deps, rootIssuerId, outgoing }, epoch, log } };
};
const newDispatcher = async (limits: NonNullable<Parameters<typeof createDispatcher>[0]["limits"]> = {}) => {
  const { boss, context, complaints } = await workerParts();
  const dispatcher = createDispatcher({ boss, context, limits });
  dispatcher.start();
  onTestFinished(() => dispatcher.stop());
  return { dispatcher, complaints };
};
const jobStates = async (webhookId: string) =>
  (
    await world.sql<{ state: string; n: number }>(
      `select state, count(*)::int as n from pgboss.job where name = $1 and group_id = $2 group by 1 order by 1`,
      [queue, webhookId],
    )
  ).map(({ state, n }) => `${n} ${state}`);

test("a receiver that hangs takes its own places, and delays nobody else", async () => {
  const [dead, live] = [await newHook(world), await newHook(world)];
  const release = Promise.withResolvers<void>();
  dead.receiver.answer(async (response) => {
    await release.promise;
    response.end();
  });
  for (let n = 0; n < 12; n++) await dead.happen();
  for (let n = 0; n < 12; n++) await live.happen();
  const { complaints } = await newDispatcher();
  await vi.waitFor(() => expect(live.receiver.received).toHaveLength(12), 5000);
  expect(dead.receiver.received).toHaveLength(4);
  release.resolve();
  await vi.waitFor(() => expect(dead.receiver.received).toHaveLength(12), 5000);
  await vi.waitFor(async () => expect(await jobStates(dead.webhook.id)).toEqual(["12 completed"]));
  expect(complaints).toEqual([]);
});

test("a long queue of one webhook lets the others through", async () => {
  const [long, short] = [await newHook(world), await newHook(world)];
  long.receiver.answer((response) => setTimeout(() => response.end(), 30));
  for (let n = 0; n < 40; n++) await long.happen();
  await short.happen();
  await newDispatcher({ batch: 5 });
  await vi.waitFor(() => expect(short.receiver.received).toHaveLength(1), { timeout: 5000, interval: 5 });
  expect(long.receiver.received.length).toBeLessThan(30);
  await vi.waitFor(() => expect(long.receiver.received).toHaveLength(40), 10_000);
});

test("a worker that stops lets what is in flight end, and takes nothing more", async () => {
  const { receiver, happen, deliveries, webhook } = await newHook(world);
  const arrived = Promise.withResolvers<void>();
  receiver.answer((response) => {
    arrived.resolve();
    setTimeout(() => response.end(), 200);
  });
  for (let n = 0; n < 10; n++) await happen();
  const { dispatcher, complaints } = await newDispatcher();
  await arrived.promise;
  await dispatcher.stop();
  const done = (await deliveries("status=succeeded")).length;
  expect([done, receiver.received.length]).toEqual([4, 4]);
  expect(await jobStates(webhook.id)).toEqual(["6 created", "4 completed"]);
  await runJobs(world.server);
  expect((await deliveries()).map(({ status, attempt_count }) => [status, attempt_count])).toEqual(
    Array(10).fill(["succeeded", 1]),
  );
  expect(receiver.received).toHaveLength(10);
  expect(complaints).toEqual([]);
});

test("what does not end in time is hung up on, and given back to be done by another worker at once", async () => {
  const { receiver, happen, deliveries, webhook } = await newHook(world);
  const arrived = Promise.withResolvers<void>();
  const hungUp = Promise.withResolvers<void>();
  receiver.answer((response) => {
    response.on("close", hungUp.resolve);
    arrived.resolve();
  });
  await happen();
  const { dispatcher, complaints } = await newDispatcher({ stopMs: 100 });
  await arrived.promise;
  await dispatcher.stop();
  await hungUp.promise;
  expect(await jobStates(webhook.id)).toEqual(["1 retry"]);
  expect(await deliveries()).toMatchObject([{ status: "delivering", attempt_count: 0 }]);
  receiver.answer(200);
  await newDispatcher();
  await vi.waitFor(
    async () => expect(await deliveries()).toMatchObject([{ status: "succeeded", attempt_count: 1 }]),
    5000,
  );
  expect(receiver.received.map(({ headers }) => headers["x-webhook-attempt"])).toEqual(["1", "1"]);
  expect(complaints).toEqual([]);
});

test("a job that is taken up again after a crash repeats an attempt without a result, and none that has one", async () => {
  const { receiver, happen, deliveries, accountId } = await newHook(world);
  const { boss, context } = await workerParts();
  await happen();
  const [job] = await boss.fetch<JobData[typeof queue]>(queue, { includeMetadata: true });
  if (!job) throw new Error("There is no job.");
  // The worker ends here: the delivery is taken, and nobody makes it.
  expect(await claimDeliveries(context, accountId, [job.data])).toHaveLength(1);
  await boss.fail(queue, job.id);
  const { dispatcher } = await newDispatcher();
  await vi.waitFor(async () => expect(await deliveries("status=succeeded")).toHaveLength(1), 5000);
  await dispatcher.stop();
  // And another one ends between the result and the completion of its job.
  expect(await claimDeliveries(context, accountId, [job.data])).toEqual([]);
  expect(receiver.received).toHaveLength(1);
});

test("a failed attempt that is taken up again is not made before its time", async () => {
  const { receiver, happen, accountId } = await newHook(world);
  const { boss, context } = await workerParts();
  receiver.answer(500);
  await happen();
  const [data] = (
    await world.sql<{ data: JobData[typeof queue] }>(
      "select data from pgboss.job where name = $1 and state = 'created' order by created_on desc limit 1",
      [queue],
    )
  ).map((row) => row.data);
  await runJobs(world.server);
  expect(receiver.received).toHaveLength(1);
  expect(await claimDeliveries(context, accountId, data ? [data] : [])).toEqual([]);
  await boss.stop();
});

test("deliveries that a crash left behind go on by the job that looks for them, and old ones go", async () => {
  const { receiver, happen, deliveries, api, webhook } = await newHook(world);
  const { boss, context } = await workerParts();
  await happen();
  await happen();
  await world.sql("delete from pgboss.job where group_id = $1", [webhook.id]);
  const [one] = await world.sql<{ id: string }>("select id from webhook_deliveries where webhook_id = $1", [
    webhook.id,
  ]);
  const ticket = { webhookId: webhook.id, deliveryId: String(one?.id), ticket: 1 };
  expect(await claimDeliveries(context, webhook.account_id as string, [ticket])).toHaveLength(1);
  world.server.clock.advance(11 * 60_000);
  await boss.send("webhooks.recovery", {});
  await runJobs(world.server);
  expect((await deliveries()).map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
  expect(receiver.received).toHaveLength(2);

  world.server.clock.advance(31 * 86_400_000);
  await happen();
  await boss.send("webhooks.retention", {});
  await runJobs(world.server);
  expect(await deliveries()).toHaveLength(1);
  expect(good(await api.get("events?event_types=note.*"))).toHaveLength(3);
});

// The last one: its servers go on working.
test("of two servers that do jobs, one makes each delivery, and soon", async () => {
  const workers = await Promise.all([world.another({ jobs: true }), world.another({ jobs: true })]);
  const hooks = await Promise.all(Array.from({ length: 5 }, () => newHook(world)));
  await Promise.all(
    hooks.map(async ({ happen }) => {
      for (let n = 0; n < 20; n++) await happen();
    }),
  );
  for (const { receiver, deliveries, happen } of hooks) {
    await vi.waitFor(async () => expect(await deliveries("status=succeeded")).toHaveLength(20), 10_000);
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(20);
    expect(receiver.received).toHaveLength(20);
    await happen();
    const committed = performance.now();
    await vi.waitFor(() => expect(receiver.received).toHaveLength(21), { timeout: 1000, interval: 2 });
    // The poll alone would take up to a second.
    expect((receiver.received.at(-1)?.at ?? Number.POSITIVE_INFINITY) - committed).toBeLessThan(300);
  }
  expect(workers.flatMap(({ complaints }) => complaints)).toEqual([]);
});
