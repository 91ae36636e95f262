import { expect, test } from "vitest";
import { AuthenticationError, AuthPIAdmin, ConfigurationError } from "../src/index.ts";
import { failureOf, farSide, problem, type Seen } from "./far-side.ts";

const ok = { json: { data: { id: "evt_1" } } };
const byToken = (good: string) => (seen: Seen) =>
  seen.headers.authorization === `Bearer ${good}` ? ok : problem(401, "session_expired");

test("an API key goes as Basic, in UTF-8", async () => {
  const far = await farSide(() => ok);
  const apiKey = { id: "key_1", secret: "pässword" };
  await new AuthPIAdmin({ apiKey, baseUrl: far.baseUrl, accountId: "acc_1" }).events.get("evt_1");
  expect(far.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from("key_1:pässword").toString("base64")}`);
});

test("parallel 401s share one refresh, and each is repeated once", async () => {
  const allRefused = Promise.withResolvers<void>();
  const far = await farSide((seen, count) => {
    if (count === 20) allRefused.resolve();
    return byToken("new")(seen);
  });
  let refreshes = 0;
  const onTokenExpired = async () => {
    refreshes += 1;
    await allRefused.promise;
    return { accessToken: "new" };
  };
  const admin = new AuthPIAdmin({ accessToken: "old", onTokenExpired, baseUrl: far.baseUrl, accountId: "acc_1" });
  const events = await Promise.all(Array.from({ length: 20 }, () => admin.events.get("evt_1")));
  expect(events).toHaveLength(20);
  await admin.events.get("evt_1");
  expect([refreshes, far.seen.length]).toEqual([1, 41]);
});

test("a renewed token that is refused too is an AuthenticationError, not another refresh", async () => {
  const far = await farSide(byToken("never"));
  let refreshes = 0;
  const onTokenExpired = async () => ({ accessToken: `try-${++refreshes}` });
  const admin = new AuthPIAdmin({ accessToken: "old", onTokenExpired, baseUrl: far.baseUrl, accountId: "acc_1" });
  expect(await failureOf(admin.events.get("evt_1"))).toBeInstanceOf(AuthenticationError);
  expect([refreshes, far.seen.length]).toEqual([1, 2]);
});

test("a refresh that fails fails the calls that wait for it, and the next call refreshes again", async () => {
  const far = await farSide(byToken("new"));
  const answers = [Promise.reject(new Error("the token endpoint is away")), Promise.resolve({ accessToken: "new" })];
  answers[0]?.catch(() => undefined);
  const onTokenExpired = () => answers.shift() ?? Promise.reject(new Error("asked too often"));
  const admin = new AuthPIAdmin({ accessToken: "old", onTokenExpired, baseUrl: far.baseUrl, accountId: "acc_1" });
  await expect(admin.events.get("evt_1")).rejects.toThrow("the token endpoint is away");
  expect(await admin.events.get("evt_1")).toEqual({ id: "evt_1" });
});

test("a create that is repeated after a refresh keeps its idempotency key", async () => {
  const far = await farSide(byToken("new"));
  const onTokenExpired = async () => ({ accessToken: "new" });
  const admin = new AuthPIAdmin({ accessToken: "old", onTokenExpired, baseUrl: far.baseUrl, accountId: "acc_1" });
  await admin.issuers.create({ name: "acme" });
  const [first, second] = far.seen.map((one) => one.headers["idempotency-key"]);
  expect(first).toBe(second);
});

test("without onTokenExpired a 401 is final", async () => {
  const far = await farSide(byToken("new"));
  const admin = new AuthPIAdmin({ accessToken: "old", baseUrl: far.baseUrl, accountId: "acc_1" });
  expect(await failureOf(admin.events.get("evt_1"))).toBeInstanceOf(AuthenticationError);
  expect(far.seen).toHaveLength(1);
});

test("a refresh that gives no token is a ConfigurationError", async () => {
  const far = await farSide(byToken("new"));
  // A program without types may answer anything.
  const onTokenExpired: () => Promise<{ accessToken: string }> = () => JSON.parse("null");
  const admin = new AuthPIAdmin({ accessToken: "old", onTokenExpired, baseUrl: far.baseUrl, accountId: "acc_1" });
  expect(await failureOf(admin.events.get("evt_1"))).toBeInstanceOf(ConfigurationError);
});
