import { expect, test } from "vitest";
import { insertSession } from "../harness/sessions.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser, type Place } from "./support.ts";

const world = await createWorld();
const HOUR = 3_600_000;

const newScene = async () => {
  const place = await newPlace(world);
  const { id: userId } = await newUser(place, "ada");
  const { id: clientId } = good(
    await place.api.post(`${place.issuer}/clients`, {
      ...{ name: "web", type: "internal", confidential: true },
      settings: { openid: { redirect_uris: ["https://app.example.com/callback"] } },
    }),
  );
  const add = (columns: Record<string, unknown> = {}) =>
    insertSession(world.sql, {
      ...{ account_id: place.accountId, issuer_id: place.issuerId, user_id: userId },
      ...(columns.op_session_id !== undefined && { type: "rp", client_id: clientId }),
      ...columns,
    });
  return { ...place, userId, clientId, add, sessions: `${place.issuer}/sessions` };
};

const statusesOf = async ({ api, issuer }: Place, ids: string[]): Promise<string[]> =>
  Promise.all(ids.map(async (id) => good(await api.get(`${issuer}/sessions/${id}`)).status));

test("a session has every field", async () => {
  const { api, sessions, add, accountId, issuerId, userId, clientId } = await newScene();
  const op = await add();
  const rp = await add({ op_session_id: op });
  const nothing = { status_at: null, status_reason: null, status_by: null, location: null, origin: null };
  const ids = { account_id: accountId, issuer_id: issuerId, user_id: userId };
  const common = {
    ...{ ...ids, ...nothing, status: "active", refresh_count: 0, compromised: false, metadata: {} },
    ...{ authentication: { method: "password", amr: ["pwd"], acr: null, at: expect.any(Number) } },
    ...{ device: { name: null, user_agent: null }, ttl: 604_800, idle_timeout: 604_800 },
    ...{ access_token_issued_at: null, refresh_token_issued_at: null, compromised_at: null, compromised_reason: null },
    ...{ revoked_reason: null, revoked_at: null, last_activity_at: expect.any(Number) },
    ...{ expires_at: expect.any(Number), created_at: expect.any(Number), updated_at: expect.any(Number) },
  };
  expect(good(await api.get(`${sessions}/${op}`))).toEqual({
    ...{ ...common, id: op, type: "op", op_session_id: null, client: null },
  });
  expect(good(await api.get(`${sessions}/${rp}`))).toEqual({
    ...{ ...common, id: rp, type: "rp", op_session_id: op, client: { id: clientId, name: "web" } },
  });
});

test("sessions are found by user, client and status, and a user's come whole", async () => {
  const scene = await newScene();
  const { api, sessions, issuer, userId, clientId, add } = scene;
  const { id: other } = await newUser(scene, "grace");
  const [op, theirs] = [await add(), await add({ user_id: other })];
  const rp = await add({ op_session_id: op });
  const old = await add({ expires_at: world.server.clock.now() - 1 });
  expect(await idsOf(api, sessions)).toEqual([old, rp, theirs, op]);
  expect(await idsOf(api, `${sessions}?user_id=${userId}`)).toEqual([old, rp, op]);
  expect(await idsOf(api, `${sessions}?client_id=${clientId}`)).toEqual([rp]);
  expect(await idsOf(api, `${sessions}?status=expired`)).toEqual([old]);
  expect(await idsOf(api, `${sessions}?user_id=${userId}&status=active`)).toEqual([rp, op]);
  expect(await idsOf(api, `${issuer}/users/${userId}/sessions`)).toEqual([old, rp, op]);
  expect(await idsOf(api, `${issuer}/users/${userId}/sessions?status=active`)).toEqual([rp, op]);
  expect((await api.get(`${issuer}/users/usr_none/sessions`)).status).toBe(404);
  expect((await api.post(`${issuer}/users/usr_none/sessions/revoke-all`)).status).toBe(404);
});

test("revoking an op session ends what hangs off it, in one event that counts it", async () => {
  const scene = await newScene();
  const { api, sessions, add, userId } = scene;
  const op = await add();
  const rps = [await add({ op_session_id: op }), await add({ op_session_id: op, status: "suspended" })];
  const other = await add();
  const events = await eventsBy(api, async () => {
    const revoked = good(await api.post(`${sessions}/${op}/revoke`, { status_reason: "Laptop lost" }));
    expect(revoked).toMatchObject({ status: "revoked", revoked_reason: "Laptop lost", status_reason: "Laptop lost" });
    expect(revoked.revoked_at).toBe(revoked.status_at);
  });
  expect(events).toMatchObject([
    {
      type: "session.terminated",
      subject: { type: "session", id: op, user_id: userId },
      data: { resource: { id: op }, previous: { status: "active" }, counts: { rp_sessions: 2 } },
    },
  ]);
  expect(await statusesOf(scene, [op, ...rps, other])).toEqual(["revoked", "revoked", "revoked", "active"]);
});

test("revoking an rp session leaves the others", async () => {
  const scene = await newScene();
  const op = await scene.add();
  const rps = [await scene.add({ op_session_id: op }), await scene.add({ op_session_id: op })];
  good(await scene.api.post(`${scene.sessions}/${rps[0]}/revoke`));
  expect(await statusesOf(scene, [op, ...rps])).toEqual(["active", "revoked", "active"]);
});

test("suspended and active come and go, and an op session's suspension shows on what hangs off it", async () => {
  const scene = await newScene();
  const { api, sessions, add } = scene;
  const op = await add();
  const rp = await add({ op_session_id: op });
  const events = await eventsBy(api, async () => {
    good(await api.post(`${sessions}/${op}/suspend`, { status_reason: "Under review", status_by: "Grace" }));
    expect(await statusesOf(scene, [op, rp])).toEqual(["suspended", "suspended"]);
    good(await api.post(`${sessions}/${op}/suspend`));
    good(await api.post(`${sessions}/${op}/reactivate`));
    expect(await statusesOf(scene, [op, rp])).toEqual(["active", "active"]);
    good(await api.post(`${sessions}/${op}/reactivate`));
  });
  expect(events.map(({ type, data }) => [type, data.previous?.status])).toEqual([
    ["session.updated", "suspended"],
    ["session.updated", "active"],
  ]);
});

test("revoked and expired are final", async () => {
  const { api, sessions, add } = await newScene();
  const now = world.server.clock.now();
  const revoked = await add();
  good(await api.post(`${sessions}/${revoked}/revoke`));
  good(await api.post(`${sessions}/${revoked}/revoke`));
  for (const action of ["suspend", "reactivate"])
    expectRefusal(await api.post(`${sessions}/${revoked}/${action}`), 409);
  for (const columns of [{ expires_at: now - 1 }, { idle_timeout: 3600, last_activity_at: now - HOUR }]) {
    const expired = await add(columns);
    expect(good(await api.get(`${sessions}/${expired}`)).status).toBe("expired");
    for (const action of ["suspend", "reactivate", "revoke"])
      expectRefusal(await api.post(`${sessions}/${expired}/${action}`), 409);
  }
  const inactive = await add({ status: "inactive" });
  for (const action of ["suspend", "reactivate"])
    expectRefusal(await api.post(`${sessions}/${inactive}/${action}`), 409);
});

test("revoke-all ends what has not ended, with one event for each that stands alone", async () => {
  const scene = await newScene();
  const { api, issuer, userId, add } = scene;
  const { id: other } = await newUser(scene, "grace");
  const [first, second, theirs] = [await add(), await add(), await add({ user_id: other })];
  const rps = [await add({ op_session_id: first }), await add({ op_session_id: first })];
  const expired = await add({ expires_at: world.server.clock.now() - 1 });
  const events = await eventsBy(api, async () => {
    const answer = await api.post(`${issuer}/users/${userId}/sessions/revoke-all`, { status_reason: "Left" });
    expect(answer.status).toBe(200);
    expect(answer.body.data).toEqual({ revoked_count: 4 });
    expect(good(await api.post(`${issuer}/users/${userId}/sessions/revoke-all`))).toEqual({ revoked_count: 0 });
  });
  expect(new Map(events.map(({ subject, data }) => [subject.id, data]))).toMatchObject(
    new Map([
      [first, { counts: { rp_sessions: 2 } }],
      [second, { counts: { rp_sessions: 0 } }],
    ]),
  );
  expect(events).toHaveLength(2);
  const all = [first, second, ...rps, theirs, expired];
  expect(await statusesOf(scene, all)).toEqual(["revoked", "revoked", "revoked", "revoked", "active", "expired"]);
});

test.each(["block", "delete"])(
  "to %s a user ends sessions and tokens for good, and the event counts them",
  async (how) => {
    const scene = await newScene();
    const { api, issuer, userId, add } = scene;
    const user = `${issuer}/users/${userId}`;
    const op = await add();
    const rp = await add({ op_session_id: op });
    const { id: tokenId } = good(await api.post(`${user}/tokens`, { name: "script" }));
    const [event] = await eventsBy(api, async () => {
      if (how === "delete") return api.delete(user);
      return good(await api.post(`${user}/block`));
    });
    expect(event?.data).toMatchObject({ counts: { sessions: 2, tokens: 1 } });
    good(await api.post(`${user}/${how === "delete" ? "restore" : "unblock"}`));
    expect(await statusesOf(scene, [op, rp])).toEqual(["revoked", "revoked"]);
    expect(good(await api.get(`tokens/${tokenId}`)).status).toBe("revoked");
  },
);

test("a client that is deleted takes its sessions along, and leaves the single sign-on", async () => {
  const scene = await newScene();
  const { api, issuer, clientId, add } = scene;
  const op = await add();
  const rp = await add({ op_session_id: op });
  const [event] = await eventsBy(api, () => api.delete(`${issuer}/clients/${clientId}`));
  expect(event).toMatchObject({ type: "client.deleted", data: { counts: { sessions: 1 } } });
  expect(await statusesOf(scene, [op, rp])).toEqual(["active", "revoked"]);
});

test("a PATCH that blocks a user ends them too; suspending does not", async () => {
  const scene = await newScene();
  const { api, issuer, userId, add } = scene;
  const op = await add();
  good(await api.post(`${issuer}/users/${userId}/suspend`));
  expect(await statusesOf(scene, [op])).toEqual(["active"]);
  good(await api.patch(`${issuer}/users/${userId}`, { status: "blocked" }));
  expect(await statusesOf(scene, [op])).toEqual(["revoked"]);
});
