import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, eventsOf, expectRefusal, good, newKey, newPlace, newUser, whoami } from "./support.ts";

const world = await createWorld();

const newScene = async (organization: object = {}) => {
  const place = await newPlace(world, { organization });
  const read = async () => good(await place.api.get(place.organization));
  const change = async (patch: object) => good(await place.api.patch(place.organization, patch));
  const refuse = (patch: object, ...fields: string[]) =>
    place.api.patch(place.organization, patch).then((answer) => expectRefusal(answer, 400, ...fields));
  return { ...place, read, change, refuse };
};
const noLines = { line1: null, line2: null, city: null, state: null, postal_code: null };
const noStats = { n_members: 0, n_api_keys: 0, n_pending_invitations: 0 };

test("an organization is made of a name alone, and has every field at its default", async () => {
  const { read, accountId, issuerId, orgId } = await newScene();
  expect(await read()).toEqual({
    ...{ id: orgId, account_id: accountId, issuer_id: issuerId, name: "Globex", description: null, logo_url: null },
    ...{ org_type: "default", max_members: null, default_member_scopes: [], scopes: [] },
    ...{ invitation_enabled: true, invitation_message: null, address: null, business_details: null },
    contact: { email: null, phone: null, website_url: null },
    ...{ social_links: [], security: { mfa_required: false, allowed_ip: [] } },
    sso: {
      ...{ enabled: false, only: false, method: null, oidc: null, saml: null, default_scopes: [], jit: false },
      ...{ secret_rotated_at: null, domains: [] },
    },
    ...{ custom_fields: {}, metadata: {}, stats: noStats },
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
    ...{ created_at: expect.any(Number), updated_at: expect.any(Number) },
  });
});

test("an organization keeps what it was made with", async () => {
  const given = {
    ...{ name: "Initech", description: "# Hi", logo_url: "https://example.com/l.png", org_type: "charity" },
    ...{ max_members: 5, default_member_scopes: ["a"], invitation_enabled: false, invitation_message: "Come in" },
    ...{ business_details: { vat: { id: "FR1" } }, social_links: [{ url: "x" }, {}], scopes: ["a", "b"] },
    ...{ custom_fields: { seats: 3, tags: ["x"] }, metadata: { plan: "pro" } },
    ...{ contact: { email: "hi@example.com" }, security: { mfa_required: true }, address: { country: "FR" } },
  };
  const { api, issuer } = await newScene();
  const organization = good(await api.post(`${issuer}/organizations`, given));
  expect(organization).toMatchObject(given);
  expect(organization.address).toEqual({ ...noLines, country: "FR" });
  expect(good(await api.get(`${issuer}/organizations/${organization.id}`))).toEqual(organization);
});

test("an address is null or has a country", async () => {
  const { change, refuse } = await newScene();
  await refuse({ address: {} }, "address.country");
  await refuse({ address: { country: "  " } }, "address.country");
  await refuse({ address: { country: null, city: "Paris" } }, "address.country");
  expect((await change({ address: { country: "FR", city: "Paris" } })).address).toMatchObject({ city: "Paris" });
  expect((await change({ address: { country: "FR" } })).address).toEqual({ ...noLines, country: "FR" });
  expect((await change({ address: null })).address).toBeNull();
});

test("contact and security are merged; everything else is replaced", async () => {
  const { change } = await newScene({
    ...{
      contact: { email: "hi@example.com", phone: "1" },
      security: { mfa_required: true, allowed_ip: ["10.0.0.0/8"] },
    },
    ...{ business_details: { a: 1 }, custom_fields: { a: 1 }, metadata: { a: "1" }, social_links: [{ a: 1 }] },
  });
  const merged = await change({ contact: { phone: null }, security: { mfa_required: null } });
  expect(merged.contact).toEqual({ email: "hi@example.com", phone: null, website_url: null });
  expect(merged.security).toEqual({ mfa_required: false, allowed_ip: ["10.0.0.0/8"] });
  const values = {
    ...{ business_details: { b: 1 }, custom_fields: { b: [null] }, metadata: { b: "1" }, social_links: [{ b: 1 }] },
  };
  const replaced = await change(values);
  for (const [field, value] of Object.entries(values)) expect(replaced[field], field).toEqual(value);
  const nulls = { business_details: null, custom_fields: null, metadata: null, social_links: null, scopes: null };
  const empty = { business_details: null, custom_fields: {}, metadata: {}, social_links: [], scopes: [] };
  expect(await change(nulls)).toMatchObject(empty);
});

test("the same values in another order are no change", async () => {
  const address = { city: "Paris", country: "FR", line1: "1 rue de la Paix" };
  const values = { custom_fields: { zeta: 1, a: { y: 1, x: 2 } }, metadata: { zeta: "1", a: "2" } };
  const { api, change, read } = await newScene({ address, ...values });
  const before = await read();
  const again = {
    address: { line1: "1 rue de la Paix", country: "FR", city: "Paris", state: null },
    ...{ custom_fields: { a: { x: 2, y: 1 }, zeta: 1 }, metadata: { a: "2", zeta: "1" } },
  };
  expect(await eventsBy(api, () => change(again))).toEqual([]);
  expect(await read()).toEqual(before);
});

test("a PATCH suspends with who and why, and restores; its keys stop and come back", async () => {
  const { api, change, organization, key: adminKey } = await newScene();
  const key = await newKey(api, `${organization}/api-keys`);
  const verifies = async () => (await whoami(world, key.credential)).status;
  const events = await eventsBy(api, async () => {
    const suspended = await change({ status: "suspended", status_reason: "unpaid", status_by: "billing" });
    expect(suspended).toMatchObject({ status: "suspended", status_reason: "unpaid", status_by: "billing" });
    expect(suspended.status_at).toBeGreaterThanOrEqual(suspended.created_at);
    expect(await verifies()).toBe(401);
    expect(await change({ status: "suspended", status_reason: "again" })).toEqual(suspended);
    const restored = await change({ status: "active" });
    expect(restored).toMatchObject({ status: "active", status_reason: null, status_by: adminKey.id });
    expect(await verifies()).toBe(200);
  });
  const kinds = ["organization.reactivated", "organization.suspended"];
  expect(events.map(({ type }) => type).filter((type) => type !== "api-key.verified")).toEqual(kinds);
});

test("a suspended organization is managed as before", async () => {
  const scene = await newScene();
  await scene.change({ status: "suspended" });
  const user = await newUser(scene, "ada");
  good(await scene.api.post(`${scene.organization}/members`, { member_id: user.id, scopes: ["a"] }));
  await scene.change({ name: "Renamed" });
  expect((await scene.read()).stats.n_members).toBe(1);
});

test("a deletion is final: everything below is 404 at once, keys stop, history stays", async () => {
  const scene = await newScene();
  const { api, organization, read, orgId } = scene;
  const user = await newUser(scene, "ada");
  good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] }));
  const key = await newKey(api, `${organization}/api-keys`);
  const last = await read();
  expect((await api.delete(organization)).status).toBe(204);
  expect((await whoami(world, key.credential)).status).toBe(401);
  const gone = [
    ...[organization, `${organization}/members`, `${organization}/members/${user.id}`, `${organization}/api-keys`],
    ...[`${organization}/api-keys/${key.id}`, `api-keys/${key.id}`],
  ];
  for (const path of gone) expect((await api.get(path)).status, path).toBe(404);
  expect((await api.patch(organization, { status: "active" })).status).toBe(404);
  expect((await api.delete(organization)).status).toBe(404);
  expect(good(await api.get(`${scene.issuer}/organizations`))).toEqual([]);
  expect(good(await api.get(`${scene.issuer}/users/${user.id}/memberships`))).toEqual([]);
  const events = await eventsOf(api, `org_id=${orgId}`);
  const types = ["api-key.created", "organization.membership.created", "organization.created"];
  expect(events.map(({ type }) => type)).toEqual(["organization.deleted", ...types]);
  expect(events[0]?.data.resource).toEqual(last);
});

test("stats count who is there, and do not move the ETag", async () => {
  const scene = await newScene();
  const { api, organization, read } = scene;
  const etag = async () => (await api.get(organization)).headers.get("etag");
  const before = await etag();
  const [ada, bob] = [await newUser(scene, "ada"), await newUser(scene, "bob")];
  for (const { id } of [ada, bob]) good(await api.post(`${organization}/members`, { member_id: id, scopes: ["a"] }));
  await newKey(api, `${organization}/api-keys`);
  expect((await read()).stats).toEqual({ n_members: 2, n_api_keys: 1, n_pending_invitations: 0 });
  good(await api.delete(`${scene.issuer}/users/${ada.id}`));
  expect((await read()).stats.n_members).toBe(1);
  expect((await api.get(`${organization}/members`)).body.data).toHaveLength(1);
  good(await api.delete(`${organization}/members/${bob.id}`));
  expect((await read()).stats).toEqual({ ...noStats, n_api_keys: 1 });
  expect(await etag()).toBe(before);
});

test("organizations are filtered", async () => {
  const { api, issuer } = await newPlace(world, { organization: { name: "Plain" } });
  const make = async (name: string, more: object = {}) =>
    good(await api.post(`${issuer}/organizations`, { name, ...more })).id;
  await make("Closed", { invitation_enabled: false, description: "by invitation never" });
  await make("Safe", { security: { mfa_required: true } });
  const suspended = await make("Suspended");
  good(await api.patch(`${issuer}/organizations/${suspended}`, { status: "suspended" }));
  const federated = await make("Federated");
  await world.sql(`update organizations set sso = sso || '{"enabled": true}' where id = $1`, [federated]);
  const filters: [query: string, names: string[]][] = [
    ["", ["Federated", "Suspended", "Safe", "Closed", "Plain"]],
    ["q=FE", ["Federated", "Safe"]],
    ["q=never", ["Closed"]],
    ["status=suspended", ["Suspended"]],
    ["mfa_required=true", ["Safe"]],
    ["mfa_required=false&status=active", ["Federated", "Closed", "Plain"]],
    ["invitation_enabled=false", ["Closed"]],
    ["sso_enabled=true", ["Federated"]],
    ["sso_enabled=true&sso_only=true", []],
  ];
  for (const [query, names] of filters) {
    const found = good(await api.get(`${issuer}/organizations?${query}`)).map(({ name }: { name: string }) => name);
    expect(found, query).toEqual(names);
  }
});
