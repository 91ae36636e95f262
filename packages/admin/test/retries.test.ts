import { expect, test } from "vitest";
import { apiErrorOf } from "../src/answer.ts";
import { ConflictError, ConnectionError, RateLimitError, ServerError } from "../src/index.ts";
import { waitBeforeRetry } from "../src/retry.ts";
import { adminOf, failureOf, farSide, problem } from "./far-side.ts";

const issuer = { id: "i_1", name: "acme" };
const keysOf = (far: { seen: { headers: Record<string, unknown> }[] }) =>
  far.seen.map((one) => one.headers["idempotency-key"]);

test.each([429, 502, 503, 504])("a read is repeated after %i", async (status) => {
  const far = await farSide((_, count) => (count < 3 ? problem(status, "wait") : { json: { data: issuer } }));
  expect(await adminOf(far).issuers.get("i_1")).toEqual(issuer);
  expect(far.seen).toHaveLength(3);
});

test("a create is repeated with the idempotency key of its first try, and another create has another", async () => {
  const far = await farSide((_, count) => (count < 4 ? problem(503, "wait") : { json: { data: issuer } }));
  const admin = adminOf(far);
  await admin.issuers.create({ name: "acme" });
  await admin.issuers.create({ name: "acme" });
  const keys = keysOf(far);
  expect(new Set(keys.slice(0, 4)).size).toBe(1);
  expect(keys[4]).not.toBe(keys[0]);
  expect(far.seen.map((one) => one.body)).toEqual(Array(5).fill('{"name":"acme"}'));
});

test("the caller's idempotency key is the one that is sent", async () => {
  const far = await farSide(() => ({ json: { data: issuer } }));
  await adminOf(far).issuers.create({ name: "acme" }, { idempotencyKey: "order-7" });
  expect(keysOf(far)).toEqual(["order-7"]);
});

test("a create waits while its first try is still running, as 409 with Retry-After says", async () => {
  const busy = { ...problem(409, "conflict"), headers: { "retry-after": "0" } };
  const far = await farSide((_, count) => (count === 1 ? busy : { json: { data: issuer } }));
  expect(await adminOf(far).issuers.create({ name: "acme" })).toEqual(issuer);
});

test("a conflict of states is not repeated", async () => {
  const far = await farSide(() => problem(409, "conflict"));
  expect(await failureOf(adminOf(far).apiKeys.rotate("key_1"))).toBeInstanceOf(ConflictError);
  expect(far.seen).toHaveLength(1);
});

test("an update or a deletion is repeated only with an idempotency key", async () => {
  const far = await farSide((_, count) => (count === 4 ? { status: 204 } : problem(503, "wait")));
  const { issuers } = adminOf(far);
  expect(await failureOf(issuers.update("i_1", { name: "b" }))).toBeInstanceOf(ServerError);
  expect(await failureOf(issuers.delete("i_1"))).toBeInstanceOf(ServerError);
  expect(far.seen).toHaveLength(2);
  expect(await issuers.delete("i_1", { idempotencyKey: "once" })).toBeUndefined();
  expect(keysOf(far)).toEqual([undefined, undefined, "once", "once"]);
});

test.each([500, 404])("%i is not repeated", async (status) => {
  const far = await farSide(() => problem(status, "final"));
  await failureOf(adminOf(far).issuers.get("i_1"));
  expect(far.seen).toHaveLength(1);
});

test("what keeps failing fails as it did last, after three repetitions", async () => {
  const far = await farSide((_, count) => (count < 4 ? problem(503, "wait") : problem(429, "slow")));
  expect(await failureOf(adminOf(far).issuers.get("i_1"))).toBeInstanceOf(RateLimitError);
  expect(far.seen).toHaveLength(4);
});

test("retries: false repeats nothing", async () => {
  const far = await farSide(() => problem(503, "wait"));
  await failureOf(adminOf(far, { retries: false }).issuers.get("i_1"));
  expect(far.seen).toHaveLength(1);
});

test.each(["undici", "fetch"])("a connection that breaks is tried again (%s)", async (kind) => {
  const far = await farSide((_, count, response) => {
    if (count > 1) return { json: { data: issuer } };
    response.destroy();
    return undefined;
  });
  const admin = adminOf(far, kind === "fetch" ? { fetch } : {});
  expect(await admin.issuers.create({ name: "acme" })).toEqual(issuer);
  expect(new Set(keysOf(far)).size).toBe(1);
});

test.each(["undici", "fetch"])("a server that is not there is a ConnectionError that names it (%s)", async (kind) => {
  const nowhere = { baseUrl: "http://127.0.0.1:1", seen: [] };
  const error = await failureOf(adminOf(nowhere, kind === "fetch" ? { fetch } : {}).issuers.get("i_1"));
  expect(error).toBeInstanceOf(ConnectionError);
  expect(String(error)).toMatch(/GET .*\/issuers\/i_1 .*127\.0\.0\.1:1.*(ECONNREFUSED|bad port)/);
});

test("an aborted signal ends the wait before a repetition", async () => {
  const controller = new AbortController();
  const wait = new Response("", { status: 503, headers: { "retry-after": "50" } });
  // When its text is there, the wait begins before anything else gets its turn.
  const text = async () => {
    setImmediate(() => controller.abort(new Error("enough")));
    return "";
  };
  Object.defineProperty(wait, "text", { value: text });
  const admin = adminOf({ baseUrl: "http://far.example", seen: [] }, { fetch: async () => wait });
  await expect(admin.issuers.get("i_1", { signal: controller.signal })).rejects.toThrow("enough");
});

const failed = (status: number, retryAfter?: string) =>
  apiErrorOf({ status, headers: retryAfter === undefined ? {} : { "retry-after": retryAfter }, text: "" });
const retries = { limit: 3, delayMs: 100, backoff: 3 };

test("the wait is the server's where it names one, in seconds or as a date", () => {
  expect(waitBeforeRetry(failed(503, "7"), 0, retries)).toBe(7000);
  const inTenSeconds = new Date(Date.now() + 10_000).toUTCString();
  expect(waitBeforeRetry(failed(429, inTenSeconds), 0, retries)).toBeGreaterThan(8000);
});

test("a wait of more than a minute is the caller's to decide on", () => {
  expect(waitBeforeRetry(failed(429, "61"), 0, retries)).toBeUndefined();
  expect(failed(429, "61")).toMatchObject({ retry_after: 61 });
});

test("the waits grow by the backoff, each a quarter shorter or longer", () => {
  for (const [retriesDone, middle] of [100, 300, 900].entries()) {
    const waitMs = waitBeforeRetry(failed(503), retriesDone, retries);
    expect(waitMs).toBeGreaterThanOrEqual(middle * 0.75);
    expect(waitMs).toBeLessThanOrEqual(middle * 1.25);
  }
  expect(waitBeforeRetry(failed(503), 3, retries)).toBeUndefined();
});
