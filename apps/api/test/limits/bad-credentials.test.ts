import { expect, test } from "vitest";
import { rateLimits } from "../../src/domain/rate-limits.ts";
import { Refusals } from "../../src/limits/refusals.ts";
import { apiClient, basic } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld({ limits: {} });
const { clock, url } = world.server;
const tenant = await world.tenant();
const wrong = { id: tenant.key.id, secret: (await world.tenant()).key.secret };
const MINUTE = 60_000;

/** At the beginning of a window of the clock, so that a test does not run into the next. */
const nextMinute = () => clock.advance(MINUTE - (clock.now() % MINUTE));
const statusesOf = async (n: number, authorization: string | undefined, path = "/v1/accounts") => {
  const headers = authorization === undefined ? {} : { authorization };
  const answers = await Promise.all(Array.from({ length: n }, () => fetch(`${url}${path}`, { headers })));
  const statuses = answers.map(({ status }) => status).sort();
  return Object.fromEntries([...new Set(statuses)].map((one) => [one, statuses.filter((s) => s === one).length]));
};

test("the 61st bad credential of a minute is refused as such, be it a key, a token or nothing of the kind", async () => {
  nextMinute();
  expect(await statusesOf(20, basic(wrong))).toEqual({ 401: 20 });
  expect(await statusesOf(20, "Bearer ptk_eyJhbGciOiJub25lIn0.e30.")).toEqual({ 401: 20 });
  expect(await statusesOf(10, "Basic !")).toEqual({ 401: 10 });
  expect(await statusesOf(10, "Digest username=ada", "/v1/accounts/acc_none/issuers")).toEqual({ 401: 10 });
  const answer = await apiClient(url, wrong, tenant.accountId).get("issuers");
  expect(answer.status).toBe(429);
  expect(answer.body).toMatchObject({ error: "rate_limited", retryable: true });
  const wait = answer.headers.get("retry-after");
  expect(answer.body.retry_after).toBe(Number(wait));
  const told = ["limit", "remaining", "reset"].map((name) => answer.headers.get(`ratelimit-${name}`));
  expect(told).toEqual(["60", "0", wait]);
  expect(answer.headers.get("www-authenticate")).toBeNull();
  expect(await statusesOf(3, "Basic !")).toEqual({ 429: 3 });
});

test("/v1/me and the rest of the API count together", async () => {
  nextMinute();
  expect(await statusesOf(30, basic(wrong), "/v1/me")).toEqual({ 401: 30 });
  expect(await statusesOf(40, basic(wrong))).toEqual({ 401: 30, 429: 10 });
  expect(await statusesOf(5, basic(wrong), "/v1/me")).toEqual({ 429: 5 });
});

test("a good credential is never refused, and a missing one is not counted", async () => {
  nextMinute();
  expect(await statusesOf(70, undefined)).toEqual({ 401: 70 });
  expect(await statusesOf(1, basic(wrong))).toEqual({ 401: 1 });
  await statusesOf(80, basic(wrong));
  expect(await statusesOf(1, basic(wrong))).toEqual({ 429: 1 });
  expect(await statusesOf(100, basic(tenant.key))).toEqual({ 200: 100 });
  expect(await statusesOf(20, undefined)).toEqual({ 401: 20 });
});

test("each process counts for itself, and each minute anew", async () => {
  nextMinute();
  await statusesOf(61, basic(wrong));
  const other = await world.another({ limits: {} });
  expect((await apiClient(other.url, wrong, tenant.accountId).get("issuers")).status).toBe(401);
  nextMinute();
  expect(await statusesOf(60, basic(wrong))).toEqual({ 401: 60 });
});

test("sources count apart, until there are too many to remember", () => {
  const refusals = new Refusals({ ...rateLimits.badCredentials, max: 1 }, () => 0);
  const overOf = (source: string) => refusals.count(source) !== undefined;
  for (let n = 0; n < 10_000; n++) expect(overOf(`known ${n}`)).toBe(false);
  expect(overOf("known 1")).toBe(true);
  expect([overOf("new 1"), overOf("new 2")]).toEqual([false, true]);
});
