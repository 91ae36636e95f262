import { expect, test } from "vitest";
import type { ApiClient, Credential } from "../harness/client.ts";
import { createWorld, type Tenant } from "../harness/world.ts";

const world = await createWorld();
const second = await world.another();
const MINUTE = 60_000;

interface Seen {
  sentAt: number;
  status: number;
}

/** Requests without a pause, on both servers, until told to stop: when each was sent, and what it gave. */
const load = (callers: readonly ApiClient[], paths: readonly string[]) => {
  const seen: Seen[] = [];
  let stopped = false;
  const run = async (caller: ApiClient, path: string) => {
    while (!stopped) {
      const sentAt = performance.now();
      const { status } = await caller.get(path);
      seen.push({ sentAt, status });
    }
  };
  const running = callers.flatMap((caller) => paths.map((path) => run(caller, path)));
  const after = async (count: number, since: number): Promise<void> => {
    while (seen.filter(({ sentAt }) => sentAt > since).length < count) await callers[0]?.get("/healthz");
  };
  const stop = async (): Promise<readonly Seen[]> => {
    stopped = true;
    await Promise.all(running);
    return seen;
  };
  return { after, stop };
};

const onBoth = (accountId: string, key: Credential): ApiClient[] => {
  const client = world.clientOf(accountId, key);
  return [client, client.at(second.url)];
};

const makeKey = async ({ api }: Tenant, path = "api-keys") => {
  const { body } = await api.post(path, { name: "a key", restrictions: { scopes: ["issuers:read"] } });
  return { id: String(body.data.id), secret: String(body.data.secret_plain) };
};

test.each(["revoke", "block"])(
  "no request that is sent after the answer to a %s gets through on any server",
  async (action) => {
    const tenant = await world.tenant();
    const key = await makeKey(tenant);
    const traffic = load(onBoth(tenant.accountId, key), ["/v1/me", "issuers", "issuers"]);
    await traffic.after(60, 0);
    const answer = await tenant.api.post(`api-keys/${key.id}/${action}`);
    const revokedAt = performance.now();
    expect(answer.status, answer.text).toBe(200);
    await traffic.after(200, revokedAt);
    const seen = await traffic.stop();
    const late = seen.filter(({ sentAt }) => sentAt > revokedAt);
    expect(seen.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(60);
    expect(late.length).toBeGreaterThanOrEqual(200);
    expect([...new Set(late.map(({ status }) => status))]).toEqual([401]);
  },
);

test("a deleted key, and a key without its scope, are refused by the next request on the other server", async () => {
  const tenant = await world.tenant();
  const key = await makeKey(tenant);
  const [, elsewhere] = onBoth(tenant.accountId, key);
  expect((await elsewhere?.get("issuers"))?.status).toBe(200);
  await tenant.api.patch(`api-keys/${key.id}`, { restrictions: { scopes: [] } });
  expect((await elsewhere?.get("issuers"))?.status).toBe(403);
  await tenant.api.delete(`api-keys/${key.id}`);
  expect((await elsewhere?.get("issuers"))?.status).toBe(401);
});

test("during a rotation's grace both secrets work everywhere, and afterwards the new one alone", async () => {
  const tenant = await world.tenant();
  const old = await makeKey(tenant);
  const traffic = load(onBoth(tenant.accountId, old), ["/v1/me", "issuers"]);
  await traffic.after(40, 0);
  const rotated = await tenant.api.post(`api-keys/${old.id}/rotate`, { grace_period_seconds: 600 });
  const fresh = { id: old.id, secret: String(rotated.body.data.secret_plain) };
  const newTraffic = load(onBoth(tenant.accountId, fresh), ["/v1/me", "issuers"]);
  await Promise.all([traffic.after(60, performance.now()), newTraffic.after(60, performance.now())]);
  for (const { status } of [...(await traffic.stop()), ...(await newTraffic.stop())]) expect(status).toBe(200);

  world.server.clock.advance(600_000 - MINUTE);
  for (const client of onBoth(tenant.accountId, old)) expect((await client.get("/v1/me")).status).toBe(200);
  world.server.clock.advance(MINUTE);
  for (const client of onBoth(tenant.accountId, old)) {
    expect((await client.get("/v1/me")).status).toBe(401);
    expect((await client.get("issuers")).status).toBe(401);
  }
  for (const client of onBoth(tenant.accountId, fresh)) expect((await client.get("/v1/me")).status).toBe(200);
  expect((await tenant.api.get(`api-keys/${old.id}`)).body.data.secret.previous).toBeNull();
});

test("without grace the old secret ends with the answer, under load too", async () => {
  const tenant = await world.tenant();
  const old = await makeKey(tenant);
  const traffic = load(onBoth(tenant.accountId, old), ["issuers", "issuers"]);
  await traffic.after(40, 0);
  const rotated = await tenant.api.post(`api-keys/${old.id}/rotate`, { grace_period_seconds: 0 });
  const rotatedAt = performance.now();
  await traffic.after(100, rotatedAt);
  const late = (await traffic.stop()).filter(({ sentAt }) => sentAt > rotatedAt);
  expect([...new Set(late.map(({ status }) => status))]).toEqual([401]);
  const [fresh] = onBoth(tenant.accountId, { id: old.id, secret: rotated.body.data.secret_plain });
  expect((await fresh?.get("issuers"))?.status).toBe(200);
});

test("previous.last_used_at tells whether anyone still uses the old secret", async () => {
  const tenant = await world.tenant();
  const old = await makeKey(tenant);
  const { clock } = world.server;
  const rotated = await tenant.api.post(`api-keys/${old.id}/rotate`, { grace_period_seconds: 3600 });
  const fresh = { id: old.id, secret: String(rotated.body.data.secret_plain) };
  const [oldClient, newClient] = [old, fresh].map((key) => world.clientOf(tenant.accountId, key));
  const secret = async () => (await tenant.api.get(`api-keys/${old.id}`)).body.data.secret;
  expect((await secret()).previous).toMatchObject({ last_used_at: null });

  clock.advance(2 * MINUTE);
  await newClient?.get("/v1/me");
  expect((await secret()).previous.last_used_at).toBeNull();
  expect((await secret()).last_used_at).toBeGreaterThan(rotated.body.data.updated_at);

  clock.advance(2 * MINUTE);
  const before = clock.now();
  await oldClient?.get("/v1/me");
  expect((await secret()).previous.last_used_at).toBeGreaterThanOrEqual(before);
});
