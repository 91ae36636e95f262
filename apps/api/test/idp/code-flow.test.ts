import { createRemoteJWKSet, jwtVerify } from "jose";
import { expect, test } from "vitest";
import { eventsBy, good } from "../core/support.ts";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication } from "./application.ts";

const world = await createWorld();

test("a person signs in, and the client gets tokens that say so", async () => {
  const app = await newApplication(world);
  await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["invoices:read"] });
  const back = await app.authorize();
  expect(Object.fromEntries(back.answer)).toMatchObject({ state: "a-state", iss: app.url, code: expect.any(String) });
  const { status, body, header } = await app.exchange(back);
  expect([status, body.error_description]).toEqual([200, undefined]);
  expect(header("cache-control")).toBe("no-store");
  expect(body).toMatchObject({ token_type: "Bearer", expires_in: 1800, scope: "openid email profile" });
  const keys = createRemoteJWKSet(new URL(`${app.url}/jwks.json`));
  const access = await jwtVerify(body.access_token, keys, { issuer: app.url, audience: app.client.id, typ: "at+jwt" });
  expect(access.protectedHeader).toMatchObject({ alg: "ES256", typ: "at+jwt" });
  const organizations = [{ id: app.orgId, title: "Globex", scopes: ["invoices:read"], joined_at: expect.any(Number) }];
  expect(access.payload).toEqual({
    ...{ iss: app.url, sub: app.user.id, aud: app.client.id, client_id: app.client.id },
    ...{ iat: expect.any(Number), exp: (access.payload.iat ?? 0) + 1800, jti: expect.stringMatching(/^[\w-]{18}$/) },
    ...{ scope: "openid email profile", sid: expect.stringMatching(/^s_[0-9a-z]{25}$/) },
    ...{ auth_time: expect.any(Number), acr: "1", amr: ["pwd"], dat: { type: "identity" }, organizations },
  });
  const id = await jwtVerify(body.id_token, keys, { issuer: app.url, audience: app.client.id });
  expect(id.protectedHeader.typ).toBeUndefined();
  expect(id.payload).toMatchObject({
    sub: app.user.id,
    organizations,
    sid: access.payload.sid,
    auth_time: expect.any(Number),
  });
  const me = await meWith(world, body.access_token);
  expect(good(me)).toMatchObject({ type: "user", user_id: app.user.id, client_id: app.client.id });
  const sessions = good(await app.api.get(`${app.issuer}/sessions`));
  expect(sessions).toMatchObject([
    { type: "op", authentication: { method: "password", amr: ["pwd"], acr: "1" }, op_session_id: null },
    { type: "rp", id: access.payload.sid, user_id: app.user.id, client: { id: app.client.id }, status: "active" },
  ]);
});

test("a refresh token rotates; its reuse ends the family, its session and its access tokens", async () => {
  const app = await newApplication(world);
  const first = (await app.exchange(await app.authorize())).body;
  const second = (await app.refresh(first.refresh_token)).body;
  expect(second).toMatchObject({ access_token: expect.any(String), id_token: expect.any(String) });
  // Two tabs: refused, and nothing else happens.
  expect(await app.refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  const third = (await app.refresh(second.refresh_token)).body;
  world.server.clock.advance(4000);
  const events = await eventsBy(app.api, async () => {
    expect(await app.refresh(second.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  });
  expect(events.map(({ type }) => type)).toEqual(["session.compromised", "auth.flow.replay-attempt"]);
  expect(await app.refresh(third.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect((await meWith(world, third.access_token)).status).toBe(401);
});

test("signed in once, a person is not asked again", async () => {
  const app = await newApplication(world);
  const { browser } = await app.authorize();
  const { answer } = await app.authorize({ prompt: "none" }, browser);
  expect(answer.get("error")).toBeNull();
  const stranger = await app.authorize({ prompt: "none" });
  expect(stranger.answer.get("error")).toBe("login_required");
});

test("the oldest session makes room for one more than a user may have, and its tokens end with it", async () => {
  const app = await newApplication(world);
  good(await app.api.patch(app.issuer, { settings: { access: { sessions: { max_per_user: 1 } } } }));
  const first = (await app.exchange(await app.authorize())).body;
  const events = await eventsBy(app.api, async () => {
    await app.exchange(await app.authorize());
  });
  expect(events.find(({ type }) => type === "session.terminated")).toMatchObject({
    trigger: "sessions.limit",
    data: { resource: { type: "op", status: "revoked" }, counts: { rp_sessions: 1 } },
  });
  expect((await meWith(world, first.access_token)).status).toBe(401);
  expect(await app.refresh(first.refresh_token)).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});
