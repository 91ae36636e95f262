import { expect, test } from "vitest";
import { createWorld, type Tenant } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, newKey, newPlace } from "./support.ts";

const world = await createWorld();
const HOUR = 3_600_000;

/** A tenant whose key may do everything, with a strong key beside it, and a client that has `api-keys:write` alone. */
const newScene = async () => {
  const tenant = await world.tenant();
  const expires_at = world.server.clock.now() + HOUR;
  const strong = await newKey(tenant.api, "api-keys", ["*:**"], { ip_allowlist: ["10.0.0.0/8"], expires_at });
  const weak = await world.keyOf(tenant.accountId, ["api-keys:write"]);
  return { ...tenant, strong, weak, path: `api-keys/${strong.id}` };
};

const climbs: [name: string, body: (expiresAt: number) => object][] = [
  ["clears its allow-list", () => ({ restrictions: { ip_allowlist: [] } })],
  ["sets its allow-list to null", () => ({ restrictions: { ip_allowlist: null } })],
  ["adds an address", () => ({ restrictions: { ip_allowlist: ["10.0.0.0/8", "192.0.2.1"] } })],
  ["takes a wider range", () => ({ restrictions: { ip_allowlist: ["10.0.0.0/7"] } })],
  ["takes the whole of IPv6", () => ({ restrictions: { ip_allowlist: ["::/0"] } })],
  ["moves its end", (end) => ({ expires_at: end + 1 })],
  ["takes its end away", () => ({ expires_at: null })],
  ["renames it while it moves its end", (end) => ({ name: "harmless", expires_at: end + 1 })],
];

test.each(climbs)("a key with api-keys:write alone that %s is refused and changes nothing", async (_, body) => {
  const { api, weak, path, strong } = await newScene();
  const before = good(await api.get(path));
  expectRefusal(await weak.patch(path, body(strong.expires_at)), 403);
  expect(good(await api.get(path))).toEqual(before);
});

test("a key with api-keys:write alone neither makes, widens, rotates nor unblocks what exceeds it", async () => {
  const { api, weak, path, accountId } = await newScene();
  const make = (scopes: string[]) => weak.post("api-keys", { name: "ladder", restrictions: { scopes } });
  for (const scope of ["*:**", "issuers:read", "api-keys:*", "api-keys:manage", "api-keys:read", "word"]) {
    expectRefusal(await make(["api-keys:write", scope]), 403);
  }
  const reader = await newKey(api, "api-keys", ["issuers:read"]);
  for (const scopes of [["issuers:read", "issuers:write"], ["issuers:*"], ["issuers.clients:read"], ["word"]])
    expectRefusal(await weak.patch(`api-keys/${reader.id}`, { restrictions: { scopes } }), 403);
  expectRefusal(await weak.post(`${path}/rotate`), 403);
  good(await weak.post(`${path}/block`));
  expectRefusal(await weak.post(`${path}/unblock`), 403);
  expectRefusal(await weak.patch(path, { status: "active" }), 403);
  expect(good(await api.get(path)).status).toBe("blocked");
  const own = (await weak.get("/v1/me")).body.data;
  expect(own.accounts).toMatchObject([{ account_id: accountId, scopes: ["api-keys:write"] }]);
  expectRefusal(await weak.patch(`api-keys/${own.key_id}`, { restrictions: { scopes: ["api-keys:manage"] } }), 403);
});

test("it may make, rotate and widen what does not exceed it", async () => {
  const { weak } = await newScene();
  const key = good(await weak.post("api-keys", { name: "equal", restrictions: { scopes: ["api-keys:write"] } }));
  const empty = good(await weak.post("api-keys", { name: "empty", restrictions: {} }));
  good(await weak.post(`api-keys/${key.id}/rotate`));
  good(await weak.patch(`api-keys/${empty.id}`, { restrictions: { scopes: ["api-keys:write"] } }));
  good(await weak.post(`api-keys/${key.id}/block`));
  good(await weak.post(`api-keys/${key.id}/unblock`));
});

const narrowings: [name: string, body: (expiresAt: number) => object][] = [
  ["name", () => ({ name: "renamed" })],
  ["fewer scopes", () => ({ restrictions: { scopes: ["issuers:manage"] } })],
  ["no scopes", () => ({ restrictions: { scopes: [] } })],
  ["a part of its range", () => ({ restrictions: { ip_allowlist: ["10.1.0.0/16", "10.2.3.4"] } })],
  ["an earlier end", (end) => ({ expires_at: end - 1 })],
  ["the status blocked", () => ({ status: "blocked" })],
  ["the status revoked", () => ({ status: "revoked" })],
];

test.each(narrowings)("a key with api-keys:write alone may give a stronger one %s", async (_, body) => {
  const { weak, path, strong } = await newScene();
  expect(good(await weak.patch(path, body(strong.expires_at)))).toMatchObject(body(strong.expires_at));
});

test("manage narrows to what it covers, and who holds all three actions holds it", async () => {
  const { api, accountId, weak } = await newScene();
  const manager = await newKey(api, "api-keys", ["issuers:manage", "issuers.clients:manage"]);
  good(await weak.patch(`api-keys/${manager.id}`, { restrictions: { scopes: ["issuers:read"] } }));
  const three = ["read", "write", "delete"].map((action) => `issuers:${action}`);
  const holder = await world.keyOf(accountId, ["api-keys:write", ...three]);
  good(await holder.post("api-keys", { name: "managed", restrictions: { scopes: ["issuers:manage"] } }));
});

test("what is refused leaves no event", async () => {
  const { api, weak, path } = await newScene();
  const events = await eventsBy(api, async () => {
    await weak.post(`${path}/rotate`);
    await weak.patch(path, { expires_at: null });
    await weak.post("api-keys", { name: "ladder", restrictions: { scopes: ["*:**"] } });
  });
  expect(events).toEqual([]);
});

const ownOrganization = async ({ api, accountId }: Tenant) => {
  const { organization } = good(await api.get(`/v1/accounts/${accountId}`));
  return `issuers/${organization.issuer_id}/organizations/${organization.id}`;
};

test("the way through the root issuer is no ladder either: not for keys, and not for members", async () => {
  const scene = await newScene();
  const root = await ownOrganization(scene);
  const scopes = ["issuers.organizations.api-keys:write", "issuers.organizations.members:write", "api-keys:write"];
  const weak = await world.keyOf(scene.accountId, scopes);
  const strongest = { scopes: ["*:**"] };
  expectRefusal(await weak.post(`${root}/api-keys`, { name: "ladder", restrictions: strongest }), 403);
  expectRefusal(await weak.post(`${root}/api-keys/${scene.strong.id}/rotate`), 403);
  expectRefusal(await weak.patch(`${root}/api-keys/${scene.strong.id}`, { expires_at: null }), 403);
  expectRefusal(await weak.post(`${root}/members`, { member_id: "usr_none", ...strongest }), 403);
  expectRefusal(await weak.post(`${root}/members`, { member_id: "usr_none", scopes: [scopes[1]] }), 400, "member_id");
});

test("the account's own keys need the account's scope through the root issuer too", async () => {
  const scene = await newScene();
  const keys = `${await ownOrganization(scene)}/api-keys`;
  const customers = await world.keyOf(scene.accountId, ["issuers.organizations.api-keys:**"]);
  const refused = [
    await customers.get(keys),
    await customers.post(keys, { name: "own", restrictions: {} }),
    await customers.get(`${keys}/${scene.strong.id}`),
    await customers.post(`${keys}/${scene.strong.id}/block`),
    await customers.delete(`${keys}/${scene.strong.id}`),
  ];
  for (const answer of refused) {
    expectRefusal(answer, 403);
    expect(answer.body.error_description).toMatch(/ api-keys:(read|write|delete)\.$/);
  }
  expect(good(await scene.api.get(scene.path)).status).toBe("active");
});

const catalogues = {
  issuer: { available_scopes: ["invoices:*", "reports:read", "users:read"] },
  organization: { scopes: ["invoices:read", "invoices:write", "reports:**"] },
};

test("an organization's keys are bound by both catalogues, at either path, and by nothing else", async () => {
  const place = await newPlace(world, catalogues);
  const weak = await world.keyOf(place.accountId, ["issuers.organizations.api-keys:write"]);
  const path = `${place.organization}/api-keys`;
  const make = (scopes: string[]) => weak.post(path, { name: "backend", restrictions: { scopes } });
  const key = good(await make(["invoices:write", "reports:read"]));
  for (const scopes of [["users:read"], ["reports:write"], ["invoices:*"], ["*:**"], ["invoices:read", "word"]]) {
    expectRefusal(await make(scopes), 400, "restrictions.scopes");
    for (const one of [`${path}/${key.id}`, `api-keys/${key.id}`])
      expectRefusal(await weak.patch(one, { restrictions: { scopes } }), 400, "restrictions.scopes");
  }
  for (const one of [`${path}/${key.id}`, `api-keys/${key.id}`])
    good(await weak.patch(one, { restrictions: { scopes: ["invoices:read"] } }));
  good(await weak.post(`${path}/${key.id}/rotate`));
});

test("empty catalogues are free", async () => {
  const place = await newPlace(world);
  const scopes = ["anything:at-all", "owner", "*:**"];
  expect((await newKey(place.api, `${place.organization}/api-keys`, scopes)).restrictions.scopes).toEqual(scopes);
});
