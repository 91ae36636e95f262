import { Me } from "@authpi/schema";
import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { timeOfId } from "../../src/domain/ids.ts";
import { apiClient, basic, type Credential } from "../harness/client.ts";
import { createWorld, type Tenant } from "../harness/world.ts";
import { createStand, made, makeOrganization, type Organization, verificationsOf } from "./stand.ts";

const world = await createWorld();
const stand = await createStand(world);

const newOrganization = async () => {
  const tenant = await world.tenant();
  return { tenant, organization: await makeOrganization(tenant) };
};

test("an organization's key is told its scopes, and the verification is one event", async () => {
  const { tenant, organization } = await newOrganization();
  const key = await organization.key({ scopes: ["invoices:read", "a/{b},[c]:*~"] });
  const answer = await stand.me(key);
  const { data } = answer.body;
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("no-store");
  expect(Check(Me, data)).toBe(true);
  expect(data).toEqual({
    ...{ type: "api_key", key_id: key.id, user_id: null, agent_id: null, client_id: null },
    ...{ issuer_id: organization.issuerId, accounts: [] },
    organizations: [{ org_id: organization.orgId, scopes: ["invoices:read", "a/{b},[c]:*~"] }],
  });
  const [event] = await world.sql("select * from events where key_id = $1 and metered", [key.id]);
  const { issuerId: issuer_id, orgId: org_id } = organization;
  expect(event).toMatchObject({
    ...{ account_id: tenant.accountId, issuer_id, org_id, key_id: key.id },
    ...{ type: "api-key.verified", source: "core", trigger: "me.get", epoch: 1, data: {} },
    trace: answer.headers.get("x-request-id"),
    auth: { type: "api_key", key_id: key.id, org_id, ip: "127.0.0.1" },
    subject: { type: "api_key", id: key.id, account_id: tenant.accountId, issuer_id, org_id, key_id: key.id },
  });
  expect(String(timeOfId(event?.id))).toBe(event?.created_at);
  const listed = made(await tenant.api.get(`events?key_id=${key.id}&event_types=api-key.verified`));
  expect(listed).toHaveLength(1);
});

test("an account's key is told its account, and leaves no event", async () => {
  const { accountId, key } = await world.tenant(["issuers:read"]);
  const { data } = (await stand.me(key)).body;
  expect(Check(Me, data)).toBe(true);
  const org_id = accountId.replace("acc_", "org_");
  expect(data).toMatchObject({
    accounts: [{ account_id: accountId, org_id, scopes: ["issuers:read"] }],
    organizations: [],
  });
  expect(await verificationsOf(world, key)).toBe(0);
});

test("HEAD answers as GET does, without a body", async () => {
  const { organization } = await newOrganization();
  const authorization = basic(await organization.key());
  const answer = await fetch(`${stand.url}/v1/me`, { method: "HEAD", headers: { authorization } });
  expect(answer.status).toBe(200);
  expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(100);
  expect(await answer.text()).toBe("");
});

test("the W3C trace of a caller is the event's", async () => {
  const { organization } = await newOrganization();
  const key = await organization.key();
  const trace = "0af7651916cd43dd8448eb211c80319c";
  await stand.me(key, { traceparent: `00-${trace}-b7ad6b7169203331-01` });
  expect(await world.sql("select trace from events where key_id = $1 and metered", [key.id])).toEqual([{ trace }]);
});

const refusals: Record<string, (tenant: Tenant, organization: Organization, key: Credential) => Promise<unknown>> = {
  "a blocked key": ({ api }, _, { id }) => api.post(`api-keys/${id}/block`),
  "a revoked key": ({ api }, _, { id }) => api.post(`api-keys/${id}/revoke`),
  "a deleted key": ({ api }, _, { id }) => api.delete(`api-keys/${id}`),
  "a key of a suspended organization": ({ api }, { path }) => api.patch(path, { status: "suspended" }),
  "a key of a deleted organization": ({ api }, { path }) => api.delete(path),
  "a key of a disabled issuer": ({ api }, { issuerId }) => api.patch(`issuers/${issuerId}`, { status: "disabled" }),
  "a key of a deleted issuer": ({ api }, { issuerId }) => api.delete(`issuers/${issuerId}`),
  "an expired key": async (_, __, { id }) => {
    await world.sql("update api_keys set expires_at = $2 where id = $1", [id, world.server.clock.now()]);
  },
};

test.each(Object.keys(refusals))(
  "%s is refused from the next request on, with the one body and no event",
  async (name) => {
    const { tenant, organization } = await newOrganization();
    const key = await organization.key();
    expect((await stand.me(key)).status).toBe(200);
    await refusals[name]?.(tenant, organization, key);
    const answer = await stand.me(key);
    const { reference, ...body } = answer.body;
    expect(answer.status).toBe(401);
    expect(reference).toBe(answer.headers.get("x-request-id"));
    expect(body).toEqual({
      error: "unauthorized_client",
      error_description: "The credential is missing or not valid.",
      retryable: false,
    });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Basic realm="authpi"/);
    expect(await verificationsOf(world, key)).toBe(1);
  },
);

test("a rotated secret is good until its grace ends, and its use shows", async () => {
  const { tenant, organization } = await newOrganization();
  const old = await organization.key();
  const { secret_plain } = made(await tenant.api.post(`api-keys/${old.id}/rotate`, { grace_period_seconds: 600 }));
  const rotated = { id: old.id, secret: secret_plain };
  const secretOf = async () => made(await tenant.api.get(`api-keys/${old.id}`)).secret;
  expect((await stand.me(rotated)).status).toBe(200);
  expect(await secretOf()).toMatchObject({ last_used_at: expect.any(Number), previous: { last_used_at: null } });
  expect((await stand.me(old)).status).toBe(200);
  expect(await secretOf()).toMatchObject({ previous: { last_used_at: expect.any(Number) } });
  await world.sql("update api_keys set previous_expires_at = $2 where id = $1", [old.id, world.server.clock.now()]);
  expect((await stand.me(old)).status).toBe(401);
  expect((await stand.me(rotated)).status).toBe(200);
});

test("the time of use moves at most once a minute", async () => {
  const { organization } = await newOrganization();
  const key = await organization.key();
  const usedAt = async () => {
    expect((await stand.me(key)).status).toBe(200);
    const [row] = await world.sql<{ at: number }>("select last_used_at::float8 as at from api_keys where id = $1", [
      key.id,
    ]);
    return row?.at ?? 0;
  };
  const first = await usedAt();
  expect(world.server.clock.now() - first).toBeLessThan(10_000);
  expect(await usedAt()).toBe(first);
  const aMinuteAgo = first - 60_000;
  await world.sql("update api_keys set last_used_at = $2 where id = $1", [key.id, aMinuteAgo]);
  expect(await usedAt()).toBeGreaterThanOrEqual(first);
});

test("an unknown query parameter is named, and nothing is verified", async () => {
  const { organization } = await newOrganization();
  const key = await organization.key();
  const answer = await apiClient(stand.url, key, "").get("/v1/me?since=1&a%5B%5D=2");
  expect(answer.status).toBe(400);
  expect(answer.body.fields).toMatchObject([
    { field: "since", code: "unknown" },
    { field: "a[]", code: "unknown" },
  ]);
  expect(await verificationsOf(world, key)).toBe(0);
  expect((await apiClient(stand.url, key, "").get("/v1/me?")).status).toBe(200);
});

test("bad credentials are limited by their source, and good ones never", async () => {
  const limited = await createStand(world, { badCredentialsPerMinute: 3 });
  const { organization } = await newOrganization();
  const key = await organization.key();
  const bad = { id: key.id, secret: (await organization.key()).secret };
  expect(await limited.many(5, () => bad)).toEqual({ 401: 3, 429: 2 });
  expect(await limited.many(50, () => key)).toEqual({ 200: 50 });
  const answer = await limited.me(bad);
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(answer.headers.get("ratelimit-limit")).toBe("3");
  expect(answer.headers.get("ratelimit-remaining")).toBe("0");
  expect(answer.body).toMatchObject({ error: "rate_limited", retryable: true });
  expect((await fetch(`${limited.url}/v1/me`)).status).toBe(401);
});
