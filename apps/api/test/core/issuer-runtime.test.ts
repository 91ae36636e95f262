import { expect, test, vi } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsOf, good, newKey, newPlace, newUser, whoami } from "./support.ts";

const world = await createWorld();
const second = await world.another();
const soon = { timeout: 2000, interval: 2 };

const discoveryAt = async (origin: string, id: string) =>
  (await fetch(`${origin}/${id}/.well-known/openid-configuration`)).status;
/** On both servers; a change reaches the other one as a notification. */
const discovery = (id: string, status: number) =>
  Promise.all(
    [world.server.url, second.url].map((origin) =>
      vi.waitFor(async () => expect(await discoveryAt(origin, id)).toBe(status), soon),
    ),
  );

const newScene = async () => {
  const place = await newPlace(world);
  const key = await newKey(place.api, `${place.organization}/api-keys`, ["invoices:read"]);
  const verifies = async () => (await whoami(world, key.credential)).status;
  return { ...place, keyId: key.id, verifies };
};

test("an issuer is live on every server when its create answers", async () => {
  const { api } = await world.tenant();
  for (const at of [api, api.at(second.url)]) {
    const { id } = good(await at.post("issuers", { name: "acme" }));
    expect(await discoveryAt(second.url, id)).toBe(200);
    expect(await discoveryAt(world.server.url, id)).toBe(200);
  }
  const { id } = good(await api.post("issuers", { name: "not yet", status: "disabled" }));
  expect(await discoveryAt(world.server.url, id)).toBe(404);
});

test("disabling an issuer takes its runtime and its organizations' keys away, enabling brings both back", async () => {
  const { api, issuer, issuerId, organization, verifies } = await newScene();
  expect(await verifies()).toBe(200);
  good(await api.patch(issuer, { status: "disabled" }));
  expect(await verifies()).toBe(401);
  await discovery(issuerId, 404);
  expect(good(await api.get(organization)).status).toBe("active");
  good(await api.patch(issuer, { status: "active" }));
  expect(await verifies()).toBe(200);
  await discovery(issuerId, 200);
});

test("a deleted issuer takes everything below it along at once", async () => {
  const scene = await newScene();
  const { api, issuer, issuerId, organization, keyId, verifies } = scene;
  const user = await newUser(scene, "ada");
  const client = good(
    await api.post(`${issuer}/clients`, { name: "web", type: "internal", confidential: false, settings: {} }),
  );
  good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] }));
  const paths = [
    issuer,
    `${issuer}/clients`,
    `${issuer}/clients/${client.id}`,
    `${issuer}/users`,
    `${issuer}/users/${user.id}`,
    `${issuer}/users/${user.id}?status=deleted`,
    `${issuer}/users/${user.id}/memberships`,
    `${issuer}/organizations`,
    organization,
    `${organization}/members`,
    `${organization}/members/${user.id}`,
    `${organization}/api-keys`,
    `${organization}/api-keys/${keyId}`,
    `api-keys/${keyId}`,
  ];
  const statuses = () => Promise.all(paths.map(async (path) => (await api.get(path)).status));
  expect(await statuses()).toEqual(paths.map(() => 200));
  expect(await verifies()).toBe(200);

  expect((await api.delete(issuer)).status).toBe(204);
  expect(await statuses()).toEqual(paths.map(() => 404));
  expect(await verifies()).toBe(401);
  await discovery(issuerId, 404);
  const writes = [
    await api.post(`${issuer}/users`, { username_type: "unique-name", username: "late" }),
    await api.post(`${issuer}/users/${user.id}/restore`),
    await api.post(`api-keys/${keyId}/unblock`),
    await api.patch(organization, { name: "late" }),
    await api.delete(issuer),
  ];
  expect(writes.map(({ status }) => status)).toEqual(writes.map(() => 404));
});

test("a deletion is one event with the issuer as it last was, and history outlives it", async () => {
  const { api, issuer, issuerId } = await newScene();
  const last = good(await api.get(issuer));
  good(await api.delete(issuer));
  const events = await eventsOf(api, `issuer_id=${issuerId}`);
  expect(events.map(({ type }) => type)).toEqual([
    "issuer.deleted",
    "api-key.created",
    "organization.created",
    "issuer.created",
  ]);
  expect(events[0]?.data.resource).toEqual(last);
});
