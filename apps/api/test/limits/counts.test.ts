import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { type RateLimits, rateLimits } from "../../src/domain/rate-limits.ts";
import { countApart, countLimited, refuseIfOver } from "../../src/limits/count.ts";
import { RateLimited } from "../../src/limits/rate-limited.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const other = await world.another();
const { accountId } = await world.tenant();
const MINUTE = 60_000;
const { clock } = world.server;

const depsWith = (changed: Partial<RateLimits> = {}) => ({ clock, limits: { ...rateLimits, ...changed } });
const deps = depsWith();
const never = { ...rateLimits.signIn, max: Number.POSITIVE_INFINITY };

const newSignIn = () => ({ limit: "signIn" as const, of: randomUUID() });
const count = (what: ReturnType<typeof newSignIn>, { database } = world.server) =>
  countApart(database, accountId, deps, what);
const look = (what: ReturnType<typeof newSignIn>, { database } = world.server) =>
  database.transaction(accountId, (tx) => refuseIfOver(tx, deps, what));
const times = async (n: number, work: (n: number) => Promise<unknown>) => {
  const results = await Promise.allSettled(Array.from({ length: n }, (_, index) => work(index)));
  const refused = results.filter(({ status }) => status === "rejected").map((one) => Object(one).reason);
  expect(refused.every((reason) => reason instanceof RateLimited)).toBe(true);
  return n - refused.length;
};
const rowsOf = ({ limit, of }: ReturnType<typeof newSignIn>) =>
  world.sql<{ n: number }>("select n from rate_limits where key = $1", [`${limit}:${of}`]);

test("of fifty at once, on two processes, as many get through as the limit says", async () => {
  const what = newSignIn();
  expect(await times(50, (n) => count(what, n % 2 ? other : world.server))).toBe(20);
  expect(await rowsOf(what)).toEqual([{ n: 20 }]);
});

test("two processes share one count, and know when it is over", async () => {
  const what = newSignIn();
  expect(await times(20, () => count(what))).toBe(20);
  const refused = await count(what, other).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(RateLimited);
  expect(refused).toMatchObject({
    message: "There were too many sign-ins from this address; the limit is 20 in 60 seconds.",
    limit: 20,
  });
  const { retryAfterSeconds } = refused as RateLimited;
  expect(retryAfterSeconds).toBeGreaterThan(50);
  expect(retryAfterSeconds).toBeLessThanOrEqual(60);
  await expect(look(what, other)).rejects.toThrow(RateLimited);
});

test("another source, another account and another limit are counts of their own", async () => {
  const what = newSignIn();
  await times(20, () => count(what));
  await count(newSignIn());
  const stranger = await world.tenant();
  await countApart(world.server.database, stranger.accountId, deps, what);
  await countApart(world.server.database, accountId, deps, { ...what, limit: "badClientAuthentication" });
});

test("the window begins with the first, and at its end all is open again", async () => {
  const what = newSignIn();
  await count(what);
  clock.advance(MINUTE / 2);
  expect(await times(25, () => count(what))).toBe(19);
  clock.advance(MINUTE / 2);
  await look(what);
  expect(await times(25, () => count(what, other))).toBe(20);
});

test("what fails is not counted with its transaction, and is counted apart from it", async () => {
  const [within, apart] = [newSignIn(), newSignIn()];
  const { database } = world.server;
  const attempt = async () => {
    await count(apart);
    await database.transaction(accountId, async (tx) => {
      await countLimited(tx, deps, within);
      throw new Error("The password is wrong.");
    });
  };
  for (let n = 0; n < 20; n++) await expect(attempt()).rejects.toThrow("The password is wrong.");
  await expect(attempt()).rejects.toThrow(RateLimited);
  expect(await rowsOf(within)).toEqual([]);
});

test("a look counts nothing, and refuses the one that would be too many", async () => {
  const what = newSignIn();
  expect(await times(50, () => look(what))).toBe(50);
  expect(await rowsOf(what)).toEqual([]);
  await times(19, () => count(what));
  await look(what);
  await count(what);
  await expect(look(what)).rejects.toThrow(RateLimited);
});

test("of several counts none moves where one is over", async () => {
  const [full, open] = [newSignIn(), { limit: "mailsFromSource" as const, of: randomUUID() }];
  await times(20, () => count(full));
  await expect(countApart(world.server.database, accountId, deps, open, full)).rejects.toThrow(RateLimited);
  expect(await world.sql("select from rate_limits where key = $1", [`${open.limit}:${open.of}`])).toEqual([]);
});

test("counts in different orders do not lock each other out", async () => {
  const [one, two] = [newSignIn(), newSignIn()];
  const { database } = world.server;
  expect(await times(30, (n) => countApart(database, accountId, deps, ...(n % 2 ? [one, two] : [two, one])))).toBe(20);
});

test("a limit that is off neither refuses nor leaves a row; a lower one holds for what was counted before", async () => {
  const what = newSignIn();
  const { database } = world.server;
  const off = depsWith({ signIn: never });
  expect(await times(30, () => countApart(database, accountId, off, what))).toBe(30);
  expect(await rowsOf(what)).toEqual([]);
  await times(5, () => count(what));
  const lower = depsWith({ signIn: { ...rateLimits.signIn, max: 5 } });
  await expect(countApart(database, accountId, lower, what)).rejects.toThrow("the limit is 5 in 60 seconds");
  await database.transaction(accountId, (tx) => refuseIfOver(tx, off, what));
});
