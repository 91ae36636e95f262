import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsOf, good, newKey, newPlace, type Place, whoami } from "./support.ts";

const world = await createWorld();

const levels: [string, (place: Place) => string][] = [
  ["an account's key", () => "api-keys"],
  ["an organization's key", ({ organization }) => `${organization}/api-keys`],
];
const noStatus = { status_at: null, status_reason: null, status_by: null };

test.each(levels)("%s is made of a name and restrictions, and has every field", async (_, collectionOf) => {
  const place = await newPlace(world);
  const path = collectionOf(place);
  const { organization } = good(await place.api.get(`/v1/accounts/${place.accountId}`));
  const home =
    path === "api-keys"
      ? { issuer_id: organization.issuer_id, org_id: organization.id }
      : { issuer_id: place.issuerId, org_id: place.orgId };
  const { secret_plain, ...key } = good(await place.api.post(path, { name: "backend", restrictions: {} }));
  expect(key).toEqual({
    ...{ id: expect.stringMatching(/^key_[0-9a-f]{32}$/), account_id: place.accountId, ...home, type: "api_key" },
    ...{ name: "backend", description: null, tags: [], metadata: {}, expires_at: null },
    restrictions: { scopes: [], ip_allowlist: [] },
    ...{ status: "active", ...noStatus },
    secret: {
      ...{ algorithm: "sha256", hint: secret_plain.slice(-8) },
      ...{ last_rotated_at: null, last_used_at: null, previous: null },
    },
    ...{ created_at: expect.any(Number), updated_at: key.created_at },
  });
  expect(good(await place.api.get(`${path}/${key.id}`))).toEqual(key);
});

test.each(levels)(
  "%s keeps what it was made with, and a PATCH changes what it names alone",
  async (_, collectionOf) => {
    const place = await newPlace(world);
    const path = collectionOf(place);
    const given = {
      ...{ type: "api_key", name: "  Bâtiment ", description: "**nightly**", tags: ["ci", "eu"], metadata: { a: "b" } },
      restrictions: { scopes: ["issuers:read"], ip_allowlist: ["10.0.0.0/8", "2001:db8::7"] },
      expires_at: world.server.clock.now() + 60_000,
    };
    const { secret_plain: _plain, ...key } = good(await place.api.post(path, given));
    expect(key).toMatchObject({ ...given, name: "Bâtiment" });

    const changed = await place.api.patch(`${path}/${key.id}`, { description: null, restrictions: { scopes: [] } });
    const restrictions = { ...given.restrictions, scopes: [] };
    expect(good(changed)).toEqual({ ...key, description: null, restrictions, updated_at: expect.any(Number) });
    const cleared = { tags: null, metadata: null, expires_at: null, restrictions: { ip_allowlist: null } };
    expect(good(await place.api.patch(`${path}/${key.id}`, cleared))).toMatchObject({
      ...{ tags: [], metadata: {}, expires_at: null, name: "Bâtiment" },
      restrictions: { scopes: [], ip_allowlist: [] },
    });
  },
);

test.each(levels)("the list shows %s flat", async (_, collectionOf) => {
  const place = await newPlace(world);
  const path = collectionOf(place);
  const made = await newKey(place.api, path, ["issuers:read"], { ip_allowlist: ["10.0.0.1"] });
  const { secret, restrictions, secret_plain, credential, ...flat } = made;
  const [item] = good(await place.api.get(path));
  const { hint: secret_hint, last_rotated_at } = secret;
  expect(item).toEqual({ ...flat, ...restrictions, secret_hint, last_rotated_at });
});

test("the account's list holds its own keys, and an organization's list that organization's", async () => {
  const place = await newPlace(world);
  const own = await newKey(place.api, "api-keys");
  const theirs = await newKey(place.api, `${place.organization}/api-keys`);
  const listed = async (path: string) => good(await place.api.get(path)).map(({ id }: { id: string }) => id);
  expect(await listed("api-keys")).toEqual([own.id, place.key.id]);
  expect(await listed(`${place.organization}/api-keys`)).toEqual([theirs.id]);
  expect((await place.api.get(`${place.organization}/api-keys/${own.id}`)).status).toBe(404);
});

test.each(levels)("the secret of %s is shown once, and nothing else ever shows it", async (_, collectionOf) => {
  const place = await newPlace(world);
  const path = collectionOf(place);
  const { id, secret_plain, credential } = await newKey(place.api, path);
  expect(secret_plain).toMatch(/^aps_[0-9A-Za-z]{49}$/);
  expect((await whoami(world, credential)).status).toBe(200);
  const answers = [
    await place.api.get(`${path}/${id}`),
    await place.api.get(path),
    await place.api.patch(`${path}/${id}`, { name: "renamed" }),
    await place.api.post(`${path}/${id}/block`),
    await place.api.get("events"),
  ];
  for (const { text } of answers) expect(text).not.toContain(secret_plain.slice(0, -8));
});

test.each(levels)("%s that is deleted is gone at once, and its history stays", async (_, collectionOf) => {
  const place = await newPlace(world);
  const path = collectionOf(place);
  const { id, credential } = await newKey(place.api, path);
  expect((await place.api.delete(`${path}/${id}`)).status).toBe(204);
  expect((await place.api.get(`${path}/${id}`)).status).toBe(404);
  expect((await place.api.delete(`${path}/${id}`)).status).toBe(404);
  expect((await whoami(world, credential)).status).toBe(401);
  const types = (await eventsOf(place.api, `key_id=${id}`)).map(({ type }) => type);
  expect(types).toEqual(["api-key.deleted", "api-key.created"]);
});
