import { Me } from "@authpi/schema";
import { Check } from "typebox/value";
import { beforeEach, expect, test } from "vitest";
import { good, newUser } from "../core/support.ts";
import { insertSession } from "../harness/sessions.ts";
import { accessToken, meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newTokenScene, statusWith, type TokenScene } from "./token-scene.ts";

const world = await createWorld({ limits: {} });
const newScene = () => newTokenScene(world);
const statusOf = (token: string) => statusWith(world, token);
const MINUTE = 60_000;

// Bad credentials are counted by the minute.
beforeEach(() => world.server.clock.advance(MINUTE));

test("a user's access token is told the live memberships, with the scopes of groups, at any of the issuer's algorithms", async () => {
  const { api, organization, orgId, issuerId, userId, clientId, token } = await newScene();
  const { id: group } = good(
    await api.post(`${organization}/groups`, { name: "g", scopes: ["invoices:write", "invoices:read"] }),
  );
  good(await api.send("PUT", `/v1/accounts/${api.accountId}/${organization}/groups/${group}/members/${userId}`));
  for (const alg of ["ES256", "EdDSA"]) {
    const answer = await meWith(world, await token({ alg }));
    expect(answer.status, answer.text).toBe(200);
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(Check(Me, answer.body.data)).toBe(true);
    expect(answer.body.data).toEqual({
      ...{ type: "user", key_id: null, user_id: userId, agent_id: null, client_id: clientId, issuer_id: issuerId },
      ...{ accounts: [], organizations: [{ org_id: orgId, scopes: ["invoices:read", "invoices:write"] }] },
    });
  }
});

test("a client's own token is told who it is, and nothing more", async () => {
  const { issuerId, clientId } = await newScene();
  const token = await accessToken(world, issuerId, { sub: clientId, client_id: clientId, dat: { type: "client" } });
  expect((await meWith(world, token)).body.data).toEqual({
    ...{ type: "client", key_id: null, user_id: null, agent_id: null, client_id: clientId, issuer_id: issuerId },
    ...{ accounts: [], organizations: [] },
  });
});

test("an agent's token is told the agent's live memberships, for as long as the agent is active", async () => {
  const { api, issuer, issuerId, organization, orgId } = await newScene();
  const { id: agentId } = good(await api.post(`${issuer}/agents`, { name: "reader", scopes: ["invoices:read"] }));
  good(await api.post(`${organization}/members`, { member_id: agentId, scopes: ["invoices:read"] }));
  const claims = { sub: agentId, client_id: agentId, dat: { type: "agent" }, scope: "invoices:read" };
  const token = await accessToken(world, issuerId, claims);
  expect(good(await meWith(world, token))).toEqual({
    ...{ type: "agent", key_id: null, user_id: null, agent_id: agentId, client_id: null, issuer_id: issuerId },
    ...{ accounts: [], organizations: [{ org_id: orgId, scopes: ["invoices:read"] }] },
  });
  good(await api.post(`${issuer}/agents/${agentId}/suspend`));
  expect(await statusOf(token)).toBe(401);
  good(await api.post(`${issuer}/agents/${agentId}/reactivate`));
  good(await api.delete(`${organization}/members/${agentId}`));
  expect(good(await meWith(world, token)).organizations).toEqual([]);
  good(await api.delete(`${issuer}/agents/${agentId}`));
  expect(await statusOf(token)).toBe(401);
});

test("a membership that was removed, suspended or narrowed a moment ago counts as it is now", async () => {
  const { api, organization, userId, token } = await newScene();
  const member = `${organization}/members/${userId}`;
  const text = await token();
  const scopes = async () => {
    const { organizations } = good(await meWith(world, text));
    return organizations.map((one: { scopes: string[] }) => one.scopes);
  };
  expect(await scopes()).toEqual([["invoices:read"]]);
  good(await api.patch(member, { scopes: ["reports:read"] }));
  expect(await scopes()).toEqual([["reports:read"]]);
  good(await api.patch(member, { status: "suspended" }));
  expect(await scopes()).toEqual([]);
  good(await api.patch(member, { status: "active" }));
  good(await api.patch(organization, { status: "suspended" }));
  expect(await scopes()).toEqual([]);
  good(await api.patch(organization, { status: "active" }));
  expect(await scopes()).toEqual([["reports:read"]]);
  await api.delete(member);
  expect(await scopes()).toEqual([]);
});

test("org_id narrows to one organization, and to none where the user is no member", async () => {
  const { api, issuer, orgId, userId, token } = await newScene();
  const { id: second } = good(await api.post(`${issuer}/organizations`, { name: "Initech" }));
  good(await api.post(`${issuer}/organizations/${second}/members`, { member_id: userId, scopes: ["a:b"] }));
  const { id: foreign } = good(await api.post(`${issuer}/organizations`, { name: "Hooli" }));
  const organizations = async (claims: object) =>
    good(await meWith(world, await token({ claims: { ...claims } }))).organizations.map(
      (one: { org_id: string }) => one.org_id,
    );
  expect(await organizations({})).toEqual([orgId, second].sort());
  expect(await organizations({ org_id: second })).toEqual([second]);
  expect(await organizations({ org_id: foreign })).toEqual([]);
});

test("a client sees the organizations that its settings leave to it", async () => {
  const { api, issuer, clientId, orgId, token } = await newScene();
  const text = await token();
  const count = async () => good(await meWith(world, text)).organizations.length;
  const show = async (organizations: object) =>
    good(await api.patch(`${issuer}/clients/${clientId}`, { settings: { organizations } }));
  await show({ mode: "none" });
  expect(await count()).toBe(0);
  await show({ mode: "allowlist", ids: ["org_other"] });
  expect(await count()).toBe(0);
  await show({ mode: "allowlist", ids: [orgId] });
  expect(await count()).toBe(1);
});

const ends: Record<string, (scene: TokenScene) => Promise<unknown>> = {
  "of a blocked user": ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/block`),
  "of a suspended user": ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/suspend`),
  "of a disabled user": ({ api, issuer, userId }) => api.patch(`${issuer}/users/${userId}`, { status: "disabled" }),
  "of a deleted user": ({ api, issuer, userId }) => api.delete(`${issuer}/users/${userId}`),
  "of a blocked client": ({ api, issuer, clientId }) => api.post(`${issuer}/clients/${clientId}/block`),
  "of a deleted client": ({ api, issuer, clientId }) => api.delete(`${issuer}/clients/${clientId}`),
  "of a disabled issuer": ({ api, issuer }) => api.patch(issuer, { status: "disabled" }),
  "of a deleted issuer": ({ api, issuer }) => api.delete(issuer),
  "that was denied": ({ accountId, issuerId }) =>
    world.sql("insert into denied_tokens values ($1, $2, '0123456789abcdefgh', 1)", [accountId, issuerId]),
  "of a key that was withdrawn": ({ issuerId }) =>
    world.sql("delete from issuer_signing_keys where issuer_id = $1", [issuerId]),
};

test.each(Object.keys(ends))("a token %s is refused from the next request on, with the one body", async (name) => {
  const scene = await newScene();
  const token = await scene.token();
  expect(await statusOf(token)).toBe(200);
  await ends[name]?.(scene);
  const { status, body, headers } = await meWith(world, token);
  const { reference, ...rest } = body;
  expect(status).toBe(401);
  expect(reference).toBe(headers.get("x-request-id"));
  expect(rest).toEqual({
    ...{ error: "unauthorized_client", error_description: "The credential is missing or not valid.", retryable: false },
  });
});

test("a token lives as long as its session does", async () => {
  const { api, issuer, accountId, issuerId, userId, token, session } = await newScene();
  const op = await insertSession(world.sql, { account_id: accountId, issuer_id: issuerId, user_id: userId });
  const sid = await session({ op_session_id: op });
  const text = await token({ claims: { sid } });
  const steps: [path: string, status: number][] = [
    [`${sid}/suspend`, 401],
    [`${sid}/reactivate`, 200],
    [`${op}/suspend`, 401],
    [`${op}/reactivate`, 200],
    [`${op}/revoke`, 401],
  ];
  expect(await statusOf(text)).toBe(200);
  for (const [path, status] of steps) {
    good(await api.post(`${issuer}/sessions/${path}`));
    expect(await statusOf(text), path).toBe(status);
  }
});

test("a session that has expired, is idle, is another's or nobody's carries no token", async () => {
  const scene = await newScene();
  const { id: other } = await newUser(scene, "grace");
  const now = world.server.clock.now();
  const sessions = {
    expired: await scene.session({ expires_at: now - 1 }),
    idle: await scene.session({ idle_timeout: 60, last_activity_at: now - MINUTE }),
    inactive: await scene.session({ status: "inactive" }),
    another: await scene.session({ user_id: other }),
    nobody: world.server.deps.ids.make("session"),
    malformed: "s_1",
  };
  for (const [name, sid] of Object.entries(sessions)) {
    expect(await statusOf(await scene.token({ claims: { sid } })), name).toBe(401);
  }
  expect((await meWith(world, await scene.token({ claims: { sid: sessions.idle } }))).body.error).toBe(
    "session_expired",
  );
  expect(await statusOf(await scene.token({ claims: { sid: await scene.session() } }))).toBe(200);
});

test("an expired token is told so, within a small tolerance; one that has not begun is invalid", async () => {
  const { token } = await newScene();
  const now = Math.floor(world.server.clock.now() / 1000);
  const answer = await meWith(world, await token({ claims: { iat: now - 60, exp: now - 30 } }));
  expect(answer.status).toBe(401);
  expect(answer.body).toMatchObject({ error: "session_expired", retryable: false });
  expect(await statusOf(await token({ claims: { exp: now - 2 } }))).toBe(200);
  for (const claims of [{ iat: now + 60 }, { nbf: now + 60 }]) {
    const refused = await meWith(world, await token({ claims }));
    expect(refused.status).toBe(401);
    expect(refused.body.error).toBe("unauthorized_client");
  }
  expect(await statusOf(await token({ claims: { nbf: now + 2, iat: now + 2 } }))).toBe(200);
});

test("an unknown query parameter and an address that is none are named", async () => {
  const { token } = await newScene();
  const answer = await meWith(world, await token(), { "x-client-ip": "nowhere" });
  expect(answer.status).toBe(400);
  expect(answer.body.fields).toMatchObject([{ field: "X-Client-IP" }]);
});

test("an access token leaves no event", async () => {
  const { token, accountId } = await newScene();
  expect(await statusOf(await token())).toBe(200);
  expect(await world.sql("select from events where account_id = $1 and metered", [accountId])).toEqual([]);
});

test("bad tokens are counted with the other bad credentials of their source; good and expired ones are not", async () => {
  const { token } = await newScene();
  const now = Math.floor(world.server.clock.now() / 1000);
  const [bad, late, fine] = [
    await token({ claims: { sub: "x" } }),
    await token({ claims: { exp: now - 60 } }),
    await token(),
  ];
  const statuses = async (text: string) => new Set(await Promise.all(Array.from({ length: 70 }, () => statusOf(text))));
  expect(await statuses(late)).toEqual(new Set([401]));
  expect(await statuses(bad)).toEqual(new Set([401, 429]));
  expect(await statuses(fine)).toEqual(new Set([200]));
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
