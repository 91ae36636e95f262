import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { initialize } from "../../src/core/installation/operations.ts";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/open.ts";
import { basic } from "../harness/client.ts";
import { testDeps } from "../harness/deps.ts";
import { createWorld } from "../harness/world.ts";
import { backendsOf, createStand, makeOrganization, type Stand, tally, until, verificationsOf } from "./stand.ts";

const world = await createWorld();
const organization = await makeOrganization(await world.tenant());
const key = await organization.key();
const other = await organization.key();

/** Stands PostgreSQL's processes still, and lets them go on in any case. */
const freeze = (pids: readonly number[]) => {
  let frozen = true;
  const thaw = () => {
    if (frozen) for (const pid of pids) process.kill(pid, "SIGCONT");
    frozen = false;
  };
  for (const pid of pids) process.kill(pid, "SIGSTOP");
  onTestFinished(thaw);
  return { thaw };
};

/** A stand that is alone in the database, and the backends of its two lanes. */
const aloneWith = async (limits: Parameters<typeof createStand>[1]) => {
  const before = await backendsOf(world);
  const stand = await createStand(world, limits);
  onTestFinished(() => stand.close());
  const mine = async () => (await backendsOf(world)).filter((pid) => !before.includes(pid));
  await stand.me(key);
  return { stand, lanes: await mine() };
};

const again = (stand: Stand) => until(async () => (await stand.me(key)).status === 200);

test("a backend that stands still holds up only those that it has: the spare lane takes the others", async () => {
  const { stand, lanes } = await aloneWith({ silenceMs: 1500 });
  freeze(lanes.slice(0, 1));
  const stuck = stand.me(key);
  await until(() => stand.verifier.statements === 2);
  expect(await stand.many(64, () => key)).toEqual({ 200: 64 });
  const answer = await stuck;
  expect(answer.status).toBe(503);
  expect(answer.headers.get("retry-after")).toBe("1");
  expect(answer.body).toMatchObject({ error: "temporarily_unavailable", retryable: true, retry_after: 1 });
});

test("a connection without an answer is given up and made anew", async () => {
  const { stand, lanes } = await aloneWith({ silenceMs: 300 });
  freeze(lanes);
  expect(await stand.many(8, () => key)).toEqual({ 503: 8 });
  await again(stand);
  expect(await stand.many(64, () => key)).toEqual({ 200: 64 });
});

test("behind a table that is locked a statement ends in time, and all goes on when the lock is gone", async () => {
  const { stand, lanes } = await aloneWith({ statementTimeoutMs: 300 });
  const holder = new pg.Client(world.connection);
  await holder.connect();
  await holder.query("begin; lock table api_keys in access exclusive mode");
  expect(await stand.many(64, () => key)).toEqual({ 503: 64 });
  await holder.query("rollback");
  await holder.end();
  expect(await stand.many(64, () => key)).toEqual({ 200: 64 });
  expect((await backendsOf(world)).filter((pid) => lanes.includes(pid))).toHaveLength(2);
});

test("more than can wait are refused at once", async () => {
  const { stand, lanes } = await aloneWith({ queueMax: 100, queueMs: 30_000, slowMs: 30_000, silenceMs: 30_000 });
  const { thaw } = freeze(lanes);
  const statuses: number[] = [];
  const calls = Array.from({ length: 300 }, async () => statuses.push((await stand.me(key)).status));
  await until(() => statuses.length === 199);
  expect(tally(statuses)).toEqual({ 503: 199 });
  expect(stand.verifier.waiting).toBe(100);
  thaw();
  await Promise.all(calls);
  expect(tally(statuses)).toEqual({ 200: 101, 503: 199 });
});

test("nobody waits longer than the queue's time", async () => {
  const { stand, lanes } = await aloneWith({ queueMs: 300, slowMs: 30_000, silenceMs: 30_000 });
  const { thaw } = freeze(lanes);
  const first = stand.me(key);
  await until(() => stand.verifier.statements === 2);
  expect(await stand.many(20, () => key)).toEqual({ 503: 20 });
  thaw();
  expect((await first).status).toBe(200);
});

test("what waits when the server is to close is answered first", async () => {
  const { stand, lanes } = await aloneWith({ queueMs: 30_000, slowMs: 30_000, silenceMs: 30_000 });
  const { thaw } = freeze(lanes);
  const calls = stand.many(64, () => key);
  await until(() => stand.verifier.waiting === 63);
  const closed = stand.close();
  thaw();
  expect(await calls).toEqual({ 200: 64 });
  await closed;
});

test("who has gone before the send is not verified", async () => {
  const { stand, lanes } = await aloneWith({ queueMs: 30_000, slowMs: 30_000, silenceMs: 30_000 });
  const { thaw } = freeze(lanes);
  const first = stand.me(key);
  await until(() => stand.verifier.statements === 2);
  const before = await verificationsOf(world, other);
  const agent = new Agent();
  const gone = Array.from({ length: 20 }, () => {
    const leaving = request(`${stand.url}/v1/me`, { agent, headers: { authorization: basic(other) } }).end();
    return once(leaving, "error");
  });
  await until(() => stand.verifier.waiting === 20);
  const staying = stand.many(10, () => other);
  await until(() => stand.verifier.waiting === 30);
  agent.destroy();
  await until(() => stand.gone() === 20);
  await Promise.all(gone);
  thaw();
  expect(await staying).toEqual({ 200: 10 });
  expect((await first).status).toBe(200);
  expect((await verificationsOf(world, other)) - before).toBe(10);
});

test("a key whose row somebody holds is verified without waiting", async () => {
  const { stand } = await aloneWith({ statementTimeoutMs: 5000 });
  await world.sql("update api_keys set last_used_at = null where id = any($1)", [[key.id, other.id]]);
  const holder = new pg.Client(world.connection);
  await holder.connect();
  await holder.query(`begin; update api_keys set name = 'held' where id = '${key.id}'`);
  expect(await stand.many(32, (n) => (n % 2 === 0 ? key : other))).toEqual({ 200: 32 });
  await holder.query("rollback");
  await holder.end();
  const used = await world.sql("select id from api_keys where id = any($1) and last_used_at > 0", [[key.id, other.id]]);
  expect(used).toEqual([{ id: other.id }]);
});

test("without a database all are refused for now, and served again when it is back", async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-"));
  const start = () => startEmbedded({ dataDir, progress: () => {}, settings: { fsync: "off" } });
  let embedded = await start();
  onTestFinished(async () => {
    await embedded.stop();
    await rm(dataDir, { recursive: true });
  });
  const { connection } = embedded;
  await migrate(connection, { progress: () => {} });
  const database = openDatabase({ connection, poolMax: 1 });
  const first = await initialize(database, testDeps());
  await database.close();
  const own = first?.key ?? key;
  const stand = await createStand(world, {}, connection);
  expect(await stand.many(16, () => own)).toEqual({ 200: 16 });

  const load = Array.from({ length: 16 }, async () => (await stand.me(own)).status);
  await embedded.stop();
  expect(Object.keys(tally(await Promise.all(load))).every((status) => ["200", "503"].includes(status))).toBe(true);
  expect(await stand.many(16, () => own)).toEqual({ 503: 16 });
  embedded = await start();
  await until(async () => (await stand.me(own)).status === 200);
  expect(await stand.many(64, () => own)).toEqual({ 200: 64 });
  await stand.close();
});
