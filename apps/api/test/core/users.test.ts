import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { expectRefusal, good, newPlace, newUser } from "./support.ts";

const world = await createWorld();

const newCollection = async () => {
  const place = await newPlace(world);
  const path = `${place.issuer}/users`;
  const post = (username_type: string, username: string, more: object = {}) =>
    place.api.post(path, { username_type, username, ...more });
  const list = async (query: string) => good(await place.api.get(`${path}?${query}`));
  return { ...place, path, post, list, make: async (...of: Parameters<typeof post>) => good(await post(...of)) };
};
const noFactors = { passkeys: 0, totp_enrolled: false, backup_codes_remaining: 0 };
const noProfile = {
  ...{ first_name: null, last_name: null, display_name: null, picture_url: null, locale: null, zoneinfo: null },
  ...{ email: null, email_verified: false, phone: null, phone_verified: false, birthdate: null, address: null },
};

test("a user is made of a username, and has every field at its default", async () => {
  const { make, api, path, accountId, issuerId } = await newCollection();
  const user = await make("email", "ada@example.com");
  expect(user).toEqual({
    ...{ id: expect.stringMatching(/^usr_[0-9a-z]{25}$/), account_id: accountId, issuer_id: issuerId },
    ...{ username_type: "email", username: "ada@example.com", scopes: [] },
    profile: { ...noProfile, email: "ada@example.com" },
    security: { ...{ mfa_enrolled: false, password_set: false }, ...noFactors },
    compliance: { terms_accepted_at: null, privacy_accepted_at: null, marketing_accepted_at: null },
    ...{ preferences: {}, approval: null, custom_fields: {}, metadata: {} },
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
    ...{ created_at: expect.any(Number), updated_at: user.created_at },
  });
  expect(good(await api.get(`${path}/${user.id}`))).toEqual(user);
  expect((await make("phone", "+33 1 23 45 67 89")).profile.phone).toBe("+33123456789");
  expect((await make("unique-name", "ada")).profile).toEqual(noProfile);
});

const forms: [type: string, sent: string, kept: string][] = [
  ["email", "  Ada.Lovelace@EXAMPLE.com ", "ada.lovelace@example.com"],
  ["email", "ａｄａ@example.com", "ada@example.com"],
  ["email", "ÅSA@example.com", "åsa@example.com"],
  ["phone", "+33 (1) 23.45-67 89", "+33123456789"],
  ["phone", "＋３３１２３４５６７８９", "+33123456789"],
  ["unique-name", "Ada", "ada"],
  ["unique-name", "ﬁona", "fiona"],
  ["unique-name", "e\u0301mile", "émile"],
];

test.each(forms)(
  "the %s %j is kept as %j, taken in every other form, and found by either",
  async (type, sent, kept) => {
    const { make, post, list, path, api } = await newCollection();
    const user = await make(type, sent);
    expect(user.username).toBe(kept);
    expectRefusal(await post(type, kept), 409);
    expectRefusal(await post(type, sent), 409);
    for (const username of [sent, kept]) {
      const found = await list(new URLSearchParams({ username }).toString());
      expect(found.map(({ id }: { id: string }) => id)).toEqual([user.id]);
    }
    const other = await make("unique-name", "another");
    expectRefusal(await api.patch(`${path}/${other.id}`, { username_type: type, username: sent }), 409);
  },
);

const malformed: [type: string, usernames: string[]][] = [
  [
    "email",
    ["ada", "@example.com", "ada@", "a b@example.com", "a@b@c", "ada@exa mple.com", "ada@.com", "ada@example."],
  ],
  ["phone", ["0123456789", "+0123456789", "+33", "+33 12x", "ada@example.com", "+1234567890123456"]],
  ["unique-name", ["a b", "a\u00a0b", "a".repeat(201)]],
];

test.each(malformed)("what is no %s is refused", async (type, usernames) => {
  const { post } = await newCollection();
  for (const username of usernames) expectRefusal(await post(type, username), 400, "username");
});

test("names are unique within an issuer and a type, and nowhere else", async () => {
  const { make, api } = await newCollection();
  await make("email", "ada@example.com");
  await make("unique-name", "ada@example.com");
  const { id } = good(await api.post("issuers", { name: "another" }));
  const body = { username_type: "email", username: "ada@example.com" };
  good(await api.post(`issuers/${id}/users`, body));
});

test("of many who ask for one name at once, one gets it", async () => {
  const scene = await newCollection();
  const created = await Promise.all(Array.from({ length: 10 }, () => scene.post("unique-name", "popular")));
  expect(created.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  const users = await Promise.all(Array.from({ length: 10 }, (_, n) => newUser(scene, `user-${n}`)));
  const rename = ({ id }: { id: string }) => scene.api.patch(`${scene.path}/${id}`, { username: "renamed" });
  const renamed = await Promise.all(users.map(rename));
  expect(renamed.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(409)]);
  expect(world.server.complaints).toEqual([]);
});

test("a name changes, and the old one is free", async () => {
  const { make, api, path } = await newCollection();
  const { id } = await make("email", "ada@example.com");
  expect(good(await api.patch(`${path}/${id}`, { username: "ADA@example.org" })).username).toBe("ada@example.org");
  expectRefusal(await api.patch(`${path}/${id}`, { username_type: "phone" }), 400, "username");
  const phone = { username_type: "phone", username: "+33123456789" };
  expect(good(await api.patch(`${path}/${id}`, phone))).toMatchObject(phone);
  await make("email", "ada@example.com");
});

test("profile and compliance are merged; address, scopes and what is one's own are replaced", async () => {
  const { make, api, path } = await newCollection();
  const given = {
    profile: { first_name: "Ada", email_verified: true, address: { country: "GB", locality: "London" } },
    compliance: { terms_accepted_at: 1000 },
    ...{ preferences: { theme: "dark" }, custom_fields: { a: 1 }, metadata: { a: "1" }, scopes: ["a"] },
  };
  const user = await make("unique-name", "ada", given);
  expect(user).toMatchObject(given);
  const change = async (body: object) => good(await api.patch(`${path}/${user.id}`, body));
  const changed = await change({
    profile: { last_name: "Lovelace", address: { country: "FR" }, email_verified: null },
    compliance: { privacy_accepted_at: 2000 },
    ...{ preferences: { lang: "en" }, custom_fields: { b: 1 }, metadata: { b: "1" }, scopes: ["b"] },
  });
  expect(changed.profile).toEqual({
    ...noProfile,
    first_name: "Ada",
    last_name: "Lovelace",
    address: { country: "FR" },
  });
  expect(changed.compliance).toMatchObject({ terms_accepted_at: 1000, privacy_accepted_at: 2000 });
  expect([changed.preferences, changed.custom_fields]).toEqual([{ lang: "en" }, { b: 1 }]);
  expect([changed.metadata, changed.scopes]).toEqual([{ b: "1" }, ["b"]]);
  const nulls = { preferences: null, custom_fields: null, metadata: null, scopes: null, profile: { address: null } };
  expect(await change(nulls)).toMatchObject({ preferences: {}, custom_fields: {}, metadata: {}, scopes: [] });
});

test("a list item is the user, and what finds it elsewhere", async () => {
  const { make, list } = await newCollection();
  const user = await make("email", "Ada@Example.com");
  const username_hash = createHash("sha256").update("ada@example.com").digest("hex");
  expect(await list("")).toEqual([{ ...user, user_id: user.id, username_hash, store_id: "default", region: null }]);
});

test("users are found by status, by name and by what is contained in names and addresses", async () => {
  const { make, list, api, path } = await newCollection();
  await make("email", "ada@example.com", { profile: { first_name: "Augusta", last_name: "Lovelace" } });
  await make("phone", "+33123456789", { profile: { display_name: "Bob", email: "Bob@Example.org" } });
  const carol = await make("unique-name", "carol_x");
  good(await api.post(`${path}/${carol.id}/suspend`));
  const filters: [query: Record<string, string>, names: string[]][] = [
    [{}, ["carol_x", "+33123456789", "ada@example.com"]],
    [{ q: "EXAMPLE" }, ["+33123456789", "ada@example.com"]],
    [{ q: "lovel" }, ["ada@example.com"]],
    [{ q: "august" }, ["ada@example.com"]],
    [{ q: "bob" }, ["+33123456789"]],
    [{ q: "l_x" }, ["carol_x"]],
    [{ q: "o_x" }, []],
    [{ status: "suspended" }, ["carol_x"]],
    [{ status: "active", q: "ada" }, ["ada@example.com"]],
    [{ username: "ADA@example.com" }, ["ada@example.com"]],
    [{ username: "+33 123 456 789" }, ["+33123456789"]],
    [{ username: "ada@example" }, []],
    [{ username: "not a name at all" }, []],
  ];
  for (const [query, names] of filters) {
    const found = await list(new URLSearchParams(query).toString());
    expect(
      found.map(({ username }: { username: string }) => username),
      JSON.stringify(query),
    ).toEqual(names);
  }
});
