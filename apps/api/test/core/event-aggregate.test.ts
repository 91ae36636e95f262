import { AuthPIAdmin } from "@authpi/admin";
import { beforeAll, expect, test } from "vitest";
import { createWorld, type Tenant } from "../harness/world.ts";
import { type Happening, recordEvents } from "./event-rows.ts";
import { expectRefusal, good, newPlace } from "./support.ts";

const world = await createWorld();
let tenant: Tenant;

const day = (date: string) => Date.parse(`${date}T00:00:00Z`);
const jan = day("2024-01-01");
/** The tenant's own beginning is in its feed too: what is counted is before it. */
const before = `before=${day("2025-01-01")}`;

beforeAll(async () => {
  tenant = await world.tenant();
  const verified = (at: number, key_id: string): Happening => ({ at, type: "api-key.verified", key_id });
  await recordEvents(world, tenant.accountId, [
    { at: day("2024-01-31") - 1, user_id: "usr_a" },
    { at: day("2024-01-31"), user_id: "usr_a" },
    { at: day("2024-02-01") - 1, user_id: "usr_b" },
    { at: day("2024-02-01"), type: "user.created", user_id: "usr_b" },
    verified(day("2024-03-01") - 1, "key_a"),
    verified(day("2024-04-01"), "key_b"),
    verified(day("2024-04-01") + 1, "key_b"),
  ]);
});

interface Bucket {
  start: number | null;
  key: string | null;
  count: number;
  unique: number | null;
}
const bucketsOf = async (query: string): Promise<Bucket[]> =>
  good(await tenant.api.get(`events/aggregate?${query}`)).buckets;
/** `[start, key, count, unique]`, starts as dates. */
const table = async (query: string) =>
  (await bucketsOf(query)).map(({ start, key, count, unique }) => [
    start === null ? null : new Date(start).toISOString().replace(/:00\.000Z$/, ""),
    key,
    count,
    unique,
  ]);

test("without an interval all is one bucket, empty or not", async () => {
  expect(good(await tenant.api.get(`events/aggregate?${before}`))).toEqual({
    interval: null,
    group_by: null,
    buckets: [{ start: null, key: null, count: 7, unique: null }],
  });
  expect(await table(`${before}&count_unique=user_id`)).toEqual([[null, null, 7, 2]]);
  expect(await table("user_id=usr_none&count_unique=user_id")).toEqual([[null, null, 0, 0]]);
});

test("months are UTC's own, and the empty ones between the first event and the last are there", async () => {
  expect(await table(`interval=month&${before}`)).toHaveLength(12);
  expect(await table(`interval=month&event_types=user.*,api-key.verified&${before}&after=${jan}`)).toEqual([
    ["2024-01-01T00:00", null, 3, null],
    ["2024-02-01T00:00", null, 2, null],
    ["2024-03-01T00:00", null, 0, null],
    ["2024-04-01T00:00", null, 2, null],
    ...Array.from({ length: 8 }, (_, n) => [`2024-${String(n + 5).padStart(2, "0")}-01T00:00`, null, 0, null]),
  ]);
  expect(await table("interval=month&event_types=api-key.verified&count_unique=key_id")).toEqual([
    ["2024-02-01T00:00", null, 1, 1],
    ["2024-03-01T00:00", null, 0, 0],
    ["2024-04-01T00:00", null, 2, 1],
  ]);
});

test("days, hours and minutes begin where theirs do, and the bounds are half-open", async () => {
  const span = `after=${day("2024-01-30") + 1}&before=${day("2024-02-01")}`;
  expect(await table(`interval=day&${span}`)).toEqual([
    ["2024-01-30T00:00", null, 1, null],
    ["2024-01-31T00:00", null, 2, null],
  ]);
  const hours = await table(`interval=hour&user_id=usr_b&${span}`);
  expect(hours).toHaveLength(48);
  expect(hours.at(-1)).toEqual(["2024-01-31T23:00", null, 1, null]);
  expect(await table(`interval=minute&after=${day("2024-02-01") - 1}&before=${day("2024-02-01") + 60_000}`)).toEqual([
    ["2024-01-31T23:59", null, 1, null],
    ["2024-02-01T00:00", null, 1, null],
  ]);
});

test("each key has its bucket in every interval, and events without the id count under null", async () => {
  expect(await table(`group_by=type&${before}`)).toEqual([
    [null, "api-key.verified", 3, null],
    [null, "user.created", 1, null],
    [null, "user.updated", 3, null],
  ]);
  const span = `after=${jan}&before=${day("2024-04-02")}`;
  expect(await table(`interval=month&group_by=user_id&count_unique=key_id&${span}`)).toEqual([
    ["2024-01-01T00:00", "usr_a", 2, 0],
    ["2024-01-01T00:00", "usr_b", 1, 0],
    ["2024-01-01T00:00", null, 0, 0],
    ["2024-02-01T00:00", "usr_a", 0, 0],
    ["2024-02-01T00:00", "usr_b", 1, 0],
    ["2024-02-01T00:00", null, 1, 1],
    ["2024-03-01T00:00", "usr_a", 0, 0],
    ["2024-03-01T00:00", "usr_b", 0, 0],
    ["2024-03-01T00:00", null, 0, 0],
    ["2024-04-01T00:00", "usr_a", 0, 0],
    ["2024-04-01T00:00", "usr_b", 0, 0],
    ["2024-04-01T00:00", null, 2, 1],
  ]);
});

test("where nothing happened there are the intervals that the bounds tell, and none without", async () => {
  const none = "interval=day&user_id=usr_none";
  expect(await bucketsOf(none)).toEqual([]);
  expect(await bucketsOf(`${none}&after=${jan}`)).toEqual([]);
  expect((await bucketsOf(`${none}&after=${jan}&before=${jan + 1}`)).map(({ count }) => count)).toEqual([0]);
  for (const end of [jan, jan - 1, 0]) expect(await bucketsOf(`${none}&after=${jan}&before=${end}`)).toEqual([]);
  expect(await bucketsOf(`${none}&group_by=type&after=${jan}&before=${jan + 1}`)).toEqual([]);
});

test("a thousand buckets are answered; one more is refused, and the answer says how to narrow", async () => {
  const minutes = (n: number) => `interval=minute&after=${jan}&before=${jan + n * 60_000}`;
  expect(await bucketsOf(minutes(1000))).toHaveLength(1000);
  const answer = await tenant.api.get(`events/aggregate?${minutes(1001)}`);
  expectRefusal(answer, 400, "interval");
  expect(answer.body.error_description).toMatch(/1,000 buckets; ask for a longer interval, or a shorter time/);
  const everything = `after=0&before=8640000000000000`;
  for (const interval of ["minute", "hour", "day", "month"])
    expectRefusal(await tenant.api.get(`events/aggregate?interval=${interval}&${everything}`), 400, "interval");
  expect(await bucketsOf(everything)).toHaveLength(1);

  const many = await world.tenant();
  const users = (count: number, at: number) =>
    Array.from({ length: count }, (_, n): Happening => ({ at: at + n, user_id: `usr_${n}` }));
  await recordEvents(world, many.accountId, users(1000, jan));
  const grouped = `events/aggregate?group_by=user_id&event_types=user.*`;
  expect(good(await many.api.get(grouped)).buckets).toHaveLength(1000);
  expectRefusal(
    await many.api.get(`${grouped}&interval=day&after=${jan}&before=${day("2024-01-03")}`),
    400,
    "interval",
  );
  await recordEvents(world, many.accountId, [{ at: jan + 2000 }]);
  const refused = await many.api.get(grouped);
  expectRefusal(refused, 400, "group_by");
  expect(refused.body.error_description).toContain("more filters");
});

test("counts are of the account alone, and agree with its list", async () => {
  const { api } = await newPlace(world);
  const listed = good(await api.get("events?limit=100"));
  const { buckets } = good(await api.get("events/aggregate?group_by=type"));
  const counts = Object.entries(Object.groupBy(listed, ({ type }: { type: string }) => type));
  expect(buckets.map(({ key, count }: Bucket) => [key, count])).toEqual(
    counts.map(([type, events = []]) => [type, events.length]).sort(),
  );
});

test.each([
  ["interval=week", "interval"],
  ["interval=", "interval"],
  ["group_by=agent_id", "group_by"],
  ["count_unique=type", "count_unique"],
  ["limit=5", "limit"],
])("%s is refused", async (query, field) => {
  expectRefusal(await tenant.api.get(`events/aggregate?${query}`), 400, field);
});

test("the SDK counts", async () => {
  const { accountId, key } = tenant;
  const admin = new AuthPIAdmin({ accountId, apiKey: key, baseUrl: world.server.url });
  const answer = await admin.events.aggregate({
    interval: "day",
    group_by: null,
    after: jan,
    before: jan + 86_400_000,
  });
  expect(answer).toEqual({
    interval: "day",
    group_by: null,
    buckets: [{ start: jan, key: null, count: 0, unique: null }],
  });
});
