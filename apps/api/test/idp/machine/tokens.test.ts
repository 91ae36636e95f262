import { createRemoteJWKSet, jwtVerify } from "jose";
import { expect, test, vi } from "vitest";
import { eventsBy, good } from "../../core/support.ts";
import { runJobs } from "../../harness/jobs.ts";
import { meWith } from "../../harness/tokens.ts";
import { createWorld } from "../../harness/world.ts";
import { startReceiver } from "../../webhooks/receiver.ts";
import { basicOf, expectToken, grant, newMachinePlace, post } from "./support.ts";

const world = await createWorld();
const now = () => Math.floor(world.server.clock.now() / 1000);

const verify = async (issuerUrl: string, token: string) => {
  const keys = createRemoteJWKSet(new URL(`${issuerUrl}/jwks.json`));
  const currentDate = new Date(world.server.clock.now());
  return jwtVerify(token, keys, { issuer: issuerUrl, typ: "at+jwt", currentDate });
};

test("a client's token has the claims of the contract, answers at /v1/me, and is an event", async () => {
  const place = await newMachinePlace(world);
  const client = await place.client();
  let token = "";
  const events = await eventsBy(place.api, async () => {
    const answer = await place.ask(grant, { ...basicOf(client), "user-agent": "machine/1" });
    token = expectToken(answer);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.body).toEqual({
      access_token: token,
      expires_in: 1800,
      scope: "invoices:read invoices:write",
      token_type: "Bearer",
    });
  });
  const { payload, protectedHeader } = await verify(place.issuerUrl, token);
  expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.any(String) });
  expect(payload).toEqual({
    ...{ iss: place.issuerUrl, sub: client.id, aud: client.id, client_id: client.id, dat: { type: "client" } },
    ...{ iat: expect.any(Number), exp: Number(payload.iat) + 1800, scope: "invoices:read invoices:write" },
    jti: expect.stringMatching(/^[\w-]{18}$/),
  });
  expect(Math.abs(Number(payload.iat) - now())).toBeLessThan(5);
  expect((await meWith(world, token)).body.data).toMatchObject({ type: "client", client_id: client.id });

  expect(events).toHaveLength(1);
  expect(events[0]).toMatchObject({
    ...{ type: "machine.token.issued", source: "idp", trigger: "client_credentials" },
    auth: { type: "client", client_id: client.id, ip: "127.0.0.1", user_agent: "machine/1" },
    subject: { type: "client", id: client.id, client_id: client.id, issuer_id: place.issuerId },
    data: {
      ...{ jti: payload.jti, scopes: ["invoices:read", "invoices:write"], audience: [client.id] },
      ...{ expires_at: Number(payload.exp) * 1000, auth_method: "client_secret_basic" },
    },
  });
  expect(JSON.stringify(events)).not.toContain(client.secret);
});

test("algorithm, lifetime, resources and scopes are the client's", async () => {
  const place = await newMachinePlace(world);
  const resources = ["https://api.example.com", "https://files.example.com/v2"];
  const openid = { resources, token_endpoint_auth_method: "client_secret_post" };
  const client = await place.client({ response_signature_alg: "EdDSA", access_token_ttl: 120, openid });
  const asked = new URLSearchParams({ ...post(client), scope: "invoices:read" });
  const one = await place.ask(`${asked}&resource=${resources[0]}`);
  const first = await verify(place.issuerUrl, expectToken(one));
  expect(first.protectedHeader.alg).toBe("EdDSA");
  expect(first.payload).toMatchObject({ aud: resources[0], scope: "invoices:read" });
  expect(one.body).toMatchObject({ expires_in: 120, scope: "invoices:read" });
  const both = await place.ask(`${asked}&resource=${resources[0]}&resource=${resources[1]}`);
  expect((await verify(place.issuerUrl, expectToken(both))).payload.aud).toEqual(resources);

  const refused = async (more: Record<string, string>) => {
    const { status, body } = await place.ask({ ...post(client), ...more });
    return [status, body.error, body.scope ?? body.error_description];
  };
  expect(await refused({ resource: "https://other.example.com" })).toEqual([
    400,
    "invalid_target",
    "the resource https://other.example.com is not one that this client may ask for",
  ]);
  expect(await refused({ scope: "invoices:read invoices:delete" })).toEqual([400, "invalid_scope", "invoices:delete"]);
  expect(await refused({ scope: "openid" })).toEqual([400, "invalid_scope", "openid"]);
  expect((await refused({ org: place.orgId }))[1]).toBe("access_denied");
});

test("an agent's token lasts 300 s and has its organizations with the scopes of its groups; org selects one", async () => {
  const place = await newMachinePlace(world);
  const { api, organization, issuer } = place;
  const agent = await place.agent();
  const group = good(await api.post(`${organization}/groups`, { name: "Readers", scopes: ["reports:read"] }));
  const member = { member_id: agent.id, scopes: ["invoices:read"], groups: [group.id] };
  const { joined_at } = good(await api.post(`${organization}/members`, member));
  const other = good(await api.post(`${issuer}/organizations`, { name: "Initech" }));
  good(await api.post(`${issuer}/organizations/${other.id}/members`, { member_id: agent.id, scopes: ["a:b"] }));

  const globex = {
    ...{ id: place.orgId, title: "Globex", scopes: ["invoices:read", "reports:read"] },
    joined_at: Math.floor(joined_at / 1000),
  };
  const token = expectToken(await place.ask(grant, basicOf(agent)));
  const { payload } = await verify(place.issuerUrl, token);
  expect(payload).toMatchObject({ sub: agent.id, client_id: agent.id, aud: agent.id, dat: { type: "agent" } });
  expect(Number(payload.exp) - Number(payload.iat)).toBe(300);
  expect(payload.organizations).toEqual([globex, expect.objectContaining({ id: other.id, title: "Initech" })]);
  expect(payload).not.toHaveProperty("org_id");
  const me = await meWith(world, token);
  expect(me.body.data).toMatchObject({ type: "agent", agent_id: agent.id });
  expect(me.body.data.organizations).toHaveLength(2);

  const narrowed = expectToken(await place.ask({ ...post(agent), org: place.orgId }));
  expect((await verify(place.issuerUrl, narrowed)).payload).toMatchObject({
    org_id: place.orgId,
    organizations: [globex],
  });
  good(await api.patch(`${organization}/members/${agent.id}`, { status: "suspended" }));
  for (const org of [place.orgId, "org_x", "org_0000000000000000000000000", "\0"]) {
    const refused = await place.ask({ ...post(agent), org });
    expect([refused.status, refused.body.error]).toEqual([400, "access_denied"]);
  }
  const verifier = good(await api.get(`${agent.path}/verifiers`))[0];
  expect(verifier).toMatchObject({ usage_count: 1, last_used_at: expect.any(Number) });
  world.server.clock.advance(61_000);
  expectToken(await place.ask(post(agent)));
  expect(good(await api.get(`${agent.path}/verifiers`))[0].usage_count).toBe(2);
});

test("an agent may ask for the resources that the issuer's clients know", async () => {
  const place = await newMachinePlace(world);
  const agent = await place.agent();
  const resource = "https://api.example.com";
  expect((await place.ask({ ...post(agent), resource })).body.error).toBe("invalid_target");
  await place.client({ openid: { resources: [resource] } });
  const token = expectToken(await place.ask({ ...post(agent), resource }));
  expect((await verify(place.issuerUrl, token)).payload.aud).toBe(resource);
});

test("what is blocked, suspended, removed or of another kind gets no token from the next request on", async () => {
  const place = await newMachinePlace(world);
  const { api } = place;
  const refusal = async (who: { id: string; secret: string }) => {
    const { status, body, headers } = await place.ask(grant, basicOf(who));
    if (status === 401) expect(headers.get("www-authenticate")).toMatch(/^Basic realm="/);
    return status === 200 ? "good" : [status, body.error];
  };
  const client = await place.client();
  expect(await refusal(client)).toBe("good");
  good(await api.post(`${client.path}/block`));
  expect(await refusal(client)).toEqual([401, "invalid_client"]);
  good(await api.post(`${client.path}/unblock`));
  expect(await refusal(client)).toBe("good");
  const { secret } = good(await api.post(`${client.path}/secret/rotate`));
  expect(await refusal({ ...client, secret })).toBe("good");
  expect(await refusal(client)).toBe("good");
  world.server.clock.advance(15 * 60_000 + 1000);
  expect(await refusal(client)).toEqual([401, "invalid_client"]);
  const web = { openid: { application_type: "web", grant_types: ["authorization_code"] } };
  good(await api.patch(client.path, { settings: web }));
  expect(await refusal({ ...client, secret })).toEqual([400, "unauthorized_client"]);
  expect((await api.delete(client.path)).status).toBe(204);
  expect(await refusal({ ...client, secret })).toEqual([401, "invalid_client"]);

  const agent = await place.agent();
  expect(await refusal(agent)).toBe("good");
  good(await api.post(`${agent.path}/suspend`));
  expect(await refusal(agent)).toEqual([401, "invalid_client"]);
  good(await api.post(`${agent.path}/reactivate`));
  expect(await refusal({ ...agent, secret: client.secret })).toEqual([401, "invalid_client"]);
  expect((await api.delete(`${agent.path}/verifiers/${agent.verifierId}`)).status).toBe(204);
  expect(await refusal(agent)).toEqual([401, "invalid_client"]);

  const spa = good(
    await api.post(`${place.issuer}/clients`, { name: "spa", type: "internal", confidential: false, settings: {} }),
  );
  const open = await place.ask({ ...grant, client_id: spa.id });
  expect([open.status, open.body.error]).toEqual([400, "unauthorized_client"]);
});

test("a webhook is told of a token exactly once, and one that wants other things is not", async () => {
  const place = await newMachinePlace(world);
  const client = await place.client();
  const receiver = await startReceiver();
  const hook = (events: string[]) => ({ name: "hook", url: receiver.url, events, auth: { type: "none" } });
  const wants = good(await place.api.post("webhooks", hook(["machine.*"])));
  const other = good(await place.api.post("webhooks", hook(["note.*"])));
  const events = await eventsBy(place.api, async () => {
    for (let n = 0; n < 3; n++) expectToken(await place.ask(grant, basicOf(client)));
  });
  expect(events.map(({ type }) => type)).toEqual(Array(3).fill("machine.token.issued"));
  await runJobs(world.server);
  const deliveries = good(await place.api.get(`webhooks/${wants.id}/deliveries`));
  expect(deliveries.map((one: { status: string }) => one.status)).toEqual(Array(3).fill("succeeded"));
  expect(good(await place.api.get(`webhooks/${other.id}/deliveries`))).toEqual([]);
  await receiver.close();
});

test("a token is one statement, and no complaint is in the log", async () => {
  const place = await newMachinePlace(world);
  const client = await place.client();
  const { database } = world.server;
  // The issuer is built for the first.
  expectToken(await place.ask(grant, basicOf(client)));
  const spies = [vi.spyOn(database, "verify"), vi.spyOn(database, "transaction")] as const;
  expectToken(await place.ask(grant, basicOf(client)));
  expect(spies.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
  vi.restoreAllMocks();
  expect(world.server.complaints).toEqual([]);
});
