import { decodeJwt, decodeProtectedHeader } from "jose";
import { expect, test } from "vitest";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();
const DAY = 86_400_000;

/** A user with `invoices:*` in an organization. */
const newScene = async () => {
  const place = await newPlace(world);
  const { id: userId } = await newUser(place, "ada");
  good(await place.api.post(`${place.organization}/members`, { member_id: userId, scopes: ["invoices:*", "a:b"] }));
  const tokens = `${place.issuer}/users/${userId}/tokens`;
  const create = async (body: object = {}) => {
    const restrictions = { scopes: ["*:**"] };
    return good(await place.api.post(tokens, { name: "script", restrictions, ...body }));
  };
  return { ...place, userId, tokens, create };
};

const jwtOf = (plain: string): string => plain.slice("ptk_".length);

test("a token is made of a name, and has every field at its default", async () => {
  const { api, tokens, accountId, issuerId, userId } = await newScene();
  const made = await api.post(tokens, { name: "script" });
  const { token_plain, ...token } = good(made);
  expect(token).toEqual({
    ...{ id: expect.stringMatching(/^tok_[0-9a-z]{25}$/), account_id: accountId, issuer_id: issuerId, user_id: userId },
    ...{ type: "personal_token", name: "script", description: null, tags: [], audience: null, metadata: {} },
    ...{ restrictions: { scopes: [], ip_allowlist: [] }, status: "active", last_used_at: null },
    ...{ status_at: null, status_reason: null, status_by: null },
    ...{ expires_at: token.created_at + 366 * DAY, created_at: expect.any(Number), updated_at: token.created_at },
  });
  const { restrictions, ...flat } = token;
  expect(good(await api.get(tokens))).toEqual([{ ...flat, ...restrictions }]);
  expect(good(await api.get(`tokens/${token.id}`))).toEqual(token);
  expect(token_plain).toMatch(/^ptk_[\w-]+\.[\w-]+\.[\w-]+$/);
});

test("the token names its issuer, itself and its end, and is signed by a key that is not published", async () => {
  const { api, create, issuerId } = await newScene();
  const expires_at = world.server.clock.now() + DAY;
  const { id, token_plain } = await create({ audience: "https://api.example.com", expires_at });
  const other = await create();
  const iss = `${world.server.deps.idpUrl}/${issuerId}`;
  expect(decodeJwt(jwtOf(token_plain))).toEqual({
    ...{ iss, sub: id, jti: id, aud: "https://api.example.com", iat: expect.any(Number) },
    ...{ exp: Math.ceil(expires_at / 1000), dat: { type: "token" } },
  });
  const header = decodeProtectedHeader(jwtOf(token_plain));
  expect(header).toEqual({ alg: "ES256", typ: "ptk+jwt", kid: expect.any(String) });
  expect(decodeProtectedHeader(jwtOf(other.token_plain)).kid).toBe(header.kid);
  const jwks = await api.get(`/${issuerId}/jwks.json`);
  expect(jwks.text).toContain('"kid"');
  expect(jwks.text).not.toContain(String(header.kid));
});

test("of many who ask for an issuer's first token at once, all are signed with one key", async () => {
  const place = await newPlace(world);
  const users = await Promise.all(["a", "b", "c", "d"].map((name) => newUser(place, name)));
  const made = await Promise.all(
    users.map(async ({ id }) => good(await place.api.post(`${place.issuer}/users/${id}/tokens`, { name: "script" }))),
  );
  const kids = made.map(({ token_plain }) => decodeProtectedHeader(jwtOf(token_plain)).kid);
  expect(new Set(kids).size).toBe(1);
  for (const { token_plain } of made) expect((await meWith(world, token_plain)).status).toBe(200);
});

test("a token acts with its user's scopes as far as its own go, and its verification is one event", async () => {
  const { api, create, accountId, issuerId, orgId, userId } = await newScene();
  const all = await create();
  const narrow = await create({ restrictions: { scopes: ["*:read", "users:write"] } });
  const none = await create({ restrictions: {} });
  const answer = await meWith(world, all.token_plain);
  expect(answer.body.data).toEqual({
    ...{
      type: "personal_token",
      key_id: all.id,
      user_id: userId,
      agent_id: null,
      client_id: null,
      issuer_id: issuerId,
    },
    ...{ accounts: [], organizations: [{ org_id: orgId, scopes: ["a:b", "invoices:*"] }] },
  });
  expect(good(await meWith(world, narrow.token_plain)).organizations[0].scopes).toEqual(["invoices:read"]);
  expect(good(await meWith(world, none.token_plain)).organizations[0].scopes).toEqual([]);
  const [event, ...others] = good(await api.get("events?event_types=personal-token.verified")).reverse();
  expect(others).toHaveLength(2);
  expect(event).toMatchObject({
    ...{ type: "personal-token.verified", source: "core", trigger: "me.get", data: {} },
    trace: answer.headers.get("x-request-id"),
    auth: { type: "personal_token", key_id: all.id, user_id: userId, ip: "127.0.0.1" },
    subject: { type: "personal_token", id: all.id, account_id: accountId, issuer_id: issuerId, user_id: userId },
  });
  expect(good(await api.get(`events?user_id=${userId}&event_types=personal-token.verified`))).toHaveLength(3);
});

test("the time of use moves at most once a minute", async () => {
  const { api, create } = await newScene();
  const { id, token_plain } = await create();
  const usedAt = async () => {
    expect((await meWith(world, token_plain)).status).toBe(200);
    return good(await api.get(`tokens/${id}`)).last_used_at;
  };
  const first = await usedAt();
  expect(Math.abs(world.server.clock.now() - first)).toBeLessThan(10_000);
  expect(await usedAt()).toBe(first);
  world.server.clock.advance(60_000);
  expect(await usedAt()).toBeGreaterThanOrEqual(first + 60_000);
});

type Scene = Awaited<ReturnType<typeof newScene>>;
const ends: Record<string, (scene: Scene, id: string) => Promise<unknown>> = {
  "a revoked one": ({ api }, id) => api.post(`tokens/${id}/revoke`),
  "a blocked one": ({ api }, id) => api.patch(`tokens/${id}`, { status: "blocked" }),
  "a deleted one": ({ api }, id) => api.delete(`tokens/${id}`),
  "one of a blocked user": ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/block`),
  "one of a suspended user": ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/suspend`),
  "one of a deleted user": ({ api, issuer, userId }) => api.delete(`${issuer}/users/${userId}`),
  "one of a disabled issuer": ({ api, issuer }) => api.patch(issuer, { status: "disabled" }),
  "one of a deleted issuer": ({ api, issuer }) => api.delete(issuer),
};

test.each(Object.keys(ends))("%s is refused from the next request on, and leaves no event", async (name) => {
  const scene = await newScene();
  const { id, token_plain } = await scene.create();
  expect((await meWith(world, token_plain)).status).toBe(200);
  await ends[name]?.(scene, id);
  const answer = await meWith(world, token_plain);
  expect(answer.status).toBe(401);
  expect(answer.body.error).toBe("unauthorized_client");
  const events = await world.sql("select from events where account_id = $1 and type = 'personal-token.verified'", [
    scene.accountId,
  ]);
  expect(events).toHaveLength(1);
});

test("an expired one is told so", async () => {
  const { api, create } = await newScene();
  const { id, token_plain } = await create({ expires_at: world.server.clock.now() + 60_000 });
  world.server.clock.advance(60_000);
  const answer = await meWith(world, token_plain);
  expect(answer.status).toBe(401);
  expect(answer.body.error).toBe("session_expired");
  expect(good(await api.get(`tokens/${id}`)).status).toBe("expired");
});

test("a token is good only from its addresses; a backend names its caller's", async () => {
  const { create } = await newScene();
  const { token_plain } = await create({ restrictions: { scopes: [], ip_allowlist: ["203.0.113.0/24"] } });
  const statusFrom = async (headers?: Record<string, string>) => (await meWith(world, token_plain, headers)).status;
  expect(await statusFrom()).toBe(401);
  expect(await statusFrom({ "x-client-ip": "203.0.113.7" })).toBe(200);
  expect(await statusFrom({ "x-client-ip": "::ffff:203.0.113.7" })).toBe(200);
  expect(await statusFrom({ "x-client-ip": "203.0.114.7" })).toBe(401);
});

test("a PATCH changes what it names, and nothing that is signed", async () => {
  const { api, create } = await newScene();
  const { id, token_plain, ...made } = await create({ tags: ["x"] });
  const path = `tokens/${id}`;
  const events = await eventsBy(api, async () => {
    const changed = good(
      await api.patch(path, { name: "renamed", tags: null, restrictions: { ip_allowlist: ["10.0.0.0/8"] } }),
    );
    expect(changed).toMatchObject({
      ...made,
      name: "renamed",
      tags: [],
      updated_at: expect.any(Number),
      restrictions: { scopes: ["*:**"], ip_allowlist: ["10.0.0.0/8"] },
    });
    good(await api.patch(path, { name: "renamed" }));
  });
  expect(events).toMatchObject([
    { type: "user.personal-token.updated", data: { previous: { name: "script", tags: ["x"] } } },
  ]);
  expectRefusal(await api.patch(path, { expires_at: made.expires_at + 1 }), 400, "expires_at");
  expectRefusal(await api.patch(path, { audience: "x" }), 400, "audience");
  expect(JSON.stringify(events)).not.toContain(token_plain);
});

test("blocked comes and goes, revoked is final", async () => {
  const { api, create } = await newScene();
  const { id } = await create();
  const path = `tokens/${id}`;
  const events = await eventsBy(api, async () => {
    expect(good(await api.patch(path, { status: "blocked", status_reason: "Odd" }))).toMatchObject({
      status: "blocked",
    });
    expect(good(await api.patch(path, { status: "active" })).status).toBe("active");
    expect(good(await api.patch(path, { status: "revoked", status_by: "Grace" }))).toMatchObject({
      status_by: "Grace",
    });
    good(await api.post(`${path}/revoke`));
    expectRefusal(await api.patch(path, { status: "active" }), 409);
    expect((await api.delete(path)).status).toBe(204);
    expect((await api.delete(path)).status).toBe(404);
  });
  expect(events.map(({ type }) => type)).toEqual([
    ...["user.personal-token.deleted", "user.personal-token.revoked"],
    ...["user.personal-token.updated", "user.personal-token.updated"],
  ]);
});

test("the list shows the statuses that time and the user make, and finds them", async () => {
  const { api, issuer, userId, tokens, create } = await newScene();
  const soon = await create({ expires_at: world.server.clock.now() + 60_000 });
  const [active, blocked, revoked] = [await create(), await create(), await create()];
  good(await api.patch(`tokens/${blocked.id}`, { status: "blocked" }));
  good(await api.post(`tokens/${revoked.id}/revoke`));
  world.server.clock.advance(60_000);
  const found = {
    active: [active.id],
    blocked: [blocked.id],
    revoked: [revoked.id],
    expired: [soon.id],
    suspended: [],
  };
  for (const [status, ids] of Object.entries(found))
    expect(await idsOf(api, `${tokens}?status=${status}`)).toEqual(ids);
  good(await api.post(`${issuer}/users/${userId}/suspend`));
  expect(await idsOf(api, `${tokens}?status=suspended`)).toEqual([active.id]);
  expectRefusal(await api.post(tokens, { name: "script" }), 409);
});

test("an end lies in the future and within 366 days", async () => {
  const { api, tokens } = await newScene();
  const now = world.server.clock.now();
  for (const expires_at of [now - 1, now + 366 * DAY + 60_000])
    expectRefusal(await api.post(tokens, { name: "script", expires_at }), 400, "expires_at");
  good(await api.post(tokens, { name: "script", expires_at: now + 366 * DAY }));
  good(await api.post(tokens, { name: "script", expires_at: null }));
});

test("a user has at most 50 that are active, however many are asked for at once", async () => {
  const { api, tokens, create } = await newScene();
  const { id: first } = await create();
  const answers = await Promise.all(Array.from({ length: 54 }, () => api.post(tokens, { name: "script" })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(49);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(5);
  good(await api.post(`tokens/${first}/revoke`));
  good(await api.post(tokens, { name: "script" }));
  expectRefusal(await api.post(tokens, { name: "script" }), 409);
});

test("a deleted user's tokens are behind no path of the user's, and no token of another user is", async () => {
  const scene = await newScene();
  const { api, issuer, userId, tokens, create } = scene;
  const { id } = await create();
  const { id: other } = await newUser(scene, "grace");
  expect((await api.get(`${issuer}/users/${other}/tokens/${id}`)).status).toBe(404);
  expect((await api.get(`${tokens}/${id}`)).status).toBe(200);
  await api.delete(`${issuer}/users/${userId}`);
  for (const path of [tokens, `${tokens}/${id}`]) expect((await api.get(path)).status).toBe(404);
  expect((await api.post(tokens, { name: "script" })).status).toBe(404);
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
