import { Agent, request } from "undici";
import { expect, test } from "vitest";
import { basic } from "../harness/client.ts";
import { createWorld, type Tenant } from "../harness/world.ts";

const world = await createWorld({ poolMax: 2 });
const REQUESTS = 10_000;
const WORKERS = 40;

/** An issuer whose every field says whose it is. */
const settle = async (tenant: Tenant) => {
  const issuer = await tenant.api.post("issuers", { name: tenant.accountId });
  return { ...tenant, issuerId: String(issuer.body.data.id) };
};

test("10,000 interleaved requests of two tenants over two connections hold no row of the other", async () => {
  const tenants = [await settle(await world.tenant()), await settle(await world.tenant())] as const;
  const dispatcher = new Agent({ connections: WORKERS });
  const statuses = new Map<number, number>();
  let started = 0;

  const call = async (turn: number) => {
    const [own, other] = turn % 2 === 0 ? tenants : ([tenants[1], tenants[0]] as const);
    const base = `${world.server.url}/v1/accounts/${own.accountId}`;
    const sent = (path: string, method: "GET" | "PATCH" | "POST" = "GET", body?: object) =>
      request(`${base}/${path}`, {
        dispatcher,
        method,
        headers: { authorization: basic(own.key), ...(body && { "content-type": "application/json" }) },
        ...(body && { body: JSON.stringify(body) }),
      });
    const ways = [
      () => sent("issuers"),
      () => sent(`issuers/${own.issuerId}`),
      () => sent(`issuers/${other.issuerId}`),
      () => sent("events?limit=3"),
      () => sent(`issuers/${own.issuerId}`, "PATCH", { metadata: { turn: String(turn), owner: own.accountId } }),
      () => sent(`issuers/${other.issuerId}`, "PATCH", { name: own.accountId }),
      () => sent("issuers", "POST", { name: "" }),
    ];
    const answer = await ways[Math.floor(turn / 2) % ways.length]?.();
    const text = (await answer?.body.text()) ?? "";
    if (text.includes(other.accountId) || text.includes(other.issuerId)) throw new Error(`A row of another: ${text}`);
    const status = answer?.statusCode ?? 0;
    if (status === 200 && !text.includes(own.accountId)) throw new Error(`Not its own row: ${text}`);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const worker = async () => {
    while (started < REQUESTS) await call(started++);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
  await dispatcher.close();

  expect([...statuses.keys()].sort()).toEqual([200, 400, 404]);
  expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(REQUESTS);
  const names = await world.sql<{ same: boolean }>(
    "select name = account_id and metadata->>'owner' = account_id as same from issuers where name like 'acc_%'",
  );
  expect(names).toEqual([{ same: true }, { same: true }]);
  expect(world.server.database.pool.total).toBeLessThanOrEqual(2);
  expect(world.server.complaints).toEqual([]);
}, 60_000);
