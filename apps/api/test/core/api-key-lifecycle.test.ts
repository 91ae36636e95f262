import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, good, newKey, newPlace, whoami } from "./support.ts";

const world = await createWorld();

const newSubject = async (more = {}) => {
  const place = await newPlace(world);
  const key = await newKey(place.api, `${place.organization}/api-keys`, ["invoices:read"], more);
  const path = `${place.organization}/api-keys/${key.id}`;
  const verifies = async () => (await whoami(world, key.credential)).status;
  return { ...place, key, path, verifies };
};

test("a blocked key stops at once, says who and why, and comes back", async () => {
  const { api, path, verifies, key: adminKey } = await newSubject();
  const by = (await api.get("/v1/me")).body.data.key_id;
  const blocked = good(await api.post(`${path}/block`, { status_reason: "leaked" }));
  expect(blocked).toMatchObject({ status: "blocked", status_reason: "leaked", status_by: by });
  expect(blocked.status_at).toBeGreaterThanOrEqual(adminKey.created_at);
  expect(await verifies()).toBe(401);
  const unblocked = good(await api.post(`${path}/unblock`, { status_reason: "a false alarm", status_by: "Ada" }));
  expect(unblocked).toMatchObject({ status: "active", status_reason: "a false alarm", status_by: "Ada" });
  expect(await verifies()).toBe(200);
});

const steps: [from: string[], step: string, status: number, then: string][] = [
  [[], "unblock", 200, "active"],
  [["block"], "block", 200, "blocked"],
  [["block"], "revoke", 200, "revoked"],
  [["revoke"], "revoke", 200, "revoked"],
  [["revoke"], "block", 409, "revoked"],
  [["revoke"], "unblock", 409, "revoked"],
];

test.each(steps)("after %j, %s answers %i and leaves the key %s", async (from, step, status, then) => {
  const { api, path } = await newSubject();
  for (const action of from) good(await api.post(`${path}/${action}`));
  const before = good(await api.get(path));
  const answer = await api.post(`${path}/${step}`, { status_reason: "again" });
  expect(answer.status, answer.text).toBe(status);
  const after = good(await api.get(path));
  expect(after.status).toBe(then);
  if (before.status === then) expect(after).toEqual(before);
});

test.each([
  ["blocked", "block"],
  ["active", "unblock"],
  ["revoked", "revoke"],
])("a PATCH of the status to %s does what %s does, with its rules and its event", async (status, action) => {
  const byAction = await newSubject();
  const byPatch = await newSubject();
  for (const { api, path } of [byAction, byPatch]) if (status === "active") good(await api.post(`${path}/block`));
  const told = { status_reason: "because", status_by: "Ada" };
  const [acted] = await eventsBy(byAction.api, () => byAction.api.post(`${byAction.path}/${action}`, told));
  const [patched, ...more] = await eventsBy(byPatch.api, () => byPatch.api.patch(byPatch.path, { status, ...told }));
  expect(more).toEqual([]);
  expect(patched?.type).toBe(acted?.type);
  expect(patched?.data.resource).toMatchObject({ status, ...told });
  expect(Object.keys(patched?.data.previous ?? {})).toEqual(Object.keys(acted?.data.previous ?? {}));
  expect(await byPatch.verifies()).toBe(await byAction.verifies());
});

test("no PATCH brings a revoked key back", async () => {
  const { api, path } = await newSubject();
  good(await api.patch(path, { status: "revoked" }));
  for (const status of ["active", "blocked"]) expect((await api.patch(path, { status })).status).toBe(409);
  for (const status of ["expired", "suspended"]) expect((await api.patch(path, { status })).status).toBe(400);
  expect(good(await api.patch(path, { name: "the old one" })).status).toBe("revoked");
});

test("a key expires by time, and lives on where its end is moved", async () => {
  const now = world.server.clock.now();
  const { api, path, verifies } = await newSubject({ expires_at: now + 60_000 });
  expect(await verifies()).toBe(200);
  world.server.clock.advance(60_001);
  expect(good(await api.get(path)).status).toBe("expired");
  expect(await verifies()).toBe(401);
  const past = await api.patch(path, { expires_at: now + 60_000 });
  expect(past.status).toBe(400);
  expect(past.body.fields).toMatchObject([{ field: "expires_at" }]);
  const later = { expires_at: world.server.clock.now() + 60_000 };
  expect(good(await api.patch(path, later))).toMatchObject({ status: "active", ...later });
  expect(await verifies()).toBe(200);
});

test("a key cannot be made that is over already", async () => {
  const { api, organization } = await newSubject();
  for (const expires_at of [0, world.server.clock.now()]) {
    const answer = await api.post(`${organization}/api-keys`, { name: "late", restrictions: {}, expires_at });
    expect(answer.status).toBe(400);
    expect(answer.body.fields).toMatchObject([{ field: "expires_at" }]);
  }
});

test("a key of a suspended organization shows suspended and verifies nowhere, until it is restored", async () => {
  const { api, path, organization, verifies } = await newSubject();
  const before = good(await api.get(path));
  good(await api.patch(organization, { status: "suspended" }));
  expect(good(await api.get(path))).toEqual({ ...before, status: "suspended" });
  expect(await verifies()).toBe(401);
  expect((await newKey(api, `${organization}/api-keys`)).status).toBe("suspended");
  good(await api.patch(organization, { status: "active" }));
  expect(good(await api.get(path))).toEqual(before);
  expect(await verifies()).toBe(200);
});
