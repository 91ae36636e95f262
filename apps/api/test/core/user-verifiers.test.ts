import { createHash } from "node:crypto";
import { parseOptions } from "@node-rs/argon2";
import { expect, test, vi } from "vitest";
import { Overloaded } from "../../src/domain/bounded-queue.ts";
import { messagesDuring } from "../harness/messages.ts";
import { tenantTables } from "../harness/rows.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();
const plain = "plum tractor velvet 94";

const newScene = async (options: Parameters<typeof newPlace>[1] = {}) => {
  const place = await newPlace(world, options);
  const user = await newUser(place, "ada");
  const path = `${place.issuer}/users/${user.id}`;
  const verifiers = `${path}/verifiers`;
  return {
    ...place,
    ...{ user, path, verifiers },
    give: async (body: object) => good(await place.api.post(verifiers, body)),
    security: async () => good(await place.api.get(path)).security,
  };
};
type Scene = Awaited<ReturnType<typeof newScene>>;

const hashOf = async (id: string): Promise<string> => {
  const rows = await world.sql<{ hash: string }>("select password_hash as hash from user_verifiers where id = $1", [
    id,
  ]);
  return String(rows[0]?.hash);
};

/** As the OIDC runtime will write one. */
const registerPasskey = async ({ accountId, issuerId, user }: Scene): Promise<string> => {
  const { deps } = world.server;
  const id = deps.ids.make("verifier");
  const now = deps.clock.now();
  await world.sql(
    `insert into user_verifiers (account_id, issuer_id, user_id, id, type, name, credential_id, public_key, sign_count, transports,
      created_at, updated_at) values ($1, $2, $3, $4, 'webauthn', 'Passkey', $5, '\\x01', 0, '{internal,hybrid}', $6, $6)`,
    [accountId, issuerId, user.id, id, Buffer.from(id), now],
  );
  return id;
};

test("a password is given, is the user's one, and shows nothing of itself", async () => {
  const { api, verifiers, accountId, issuerId, user, give, security } = await newScene();
  const verifier = await give({ type: "password", password: plain });
  expect(verifier).toEqual({
    ...{ id: expect.stringMatching(/^vrf_[0-9a-z]{25}$/), account_id: accountId, issuer_id: issuerId },
    ...{ user_id: user.id, type: "password", name: "Password", status: "active", locked_until: null },
    ...{ status_at: null, status_reason: null, status_by: null },
    ...{ usage_count: 0, last_used_at: null, codes_remaining: null },
    ...{ created_at: expect.any(Number), updated_at: verifier.created_at },
  });
  expect(good(await api.get(verifiers))).toEqual([verifier]);
  expectRefusal(await api.post(verifiers, { type: "password", password: plain }), 409);
  const hash = await hashOf(verifier.id);
  expect(parseOptions(hash)).toMatchObject({ memoryCost: 19_456, timeCost: 2, parallelism: 1 });
  expect(await world.server.deps.passwords.verify(hash, plain)).toBe(true);
  expect(await security()).toMatchObject({ password_set: true, mfa_enrolled: false });
});

test("a PATCH replaces the password, and tells of it without it", async () => {
  const { api, verifiers, give } = await newScene();
  const { id } = await give({ type: "password", password: plain });
  const events = await eventsBy(api, async () => {
    good(await api.patch(`${verifiers}/${id}`, { password: "  another one  ", name: "Mine" }));
    good(await api.patch(`${verifiers}/${id}`, { name: "Ours" }));
    good(await api.patch(`${verifiers}/${id}`, { name: "Ours" }));
  });
  expect(events).toMatchObject([
    { type: "user.verifier.updated", data: { resource: { name: "Ours" }, previous: { name: "Mine" } } },
    { type: "user.password.changed", data: { resource: { id, name: "Mine" }, previous: { name: "Password" } } },
  ]);
  const hash = await hashOf(id);
  const { passwords } = world.server.deps;
  expect(await passwords.verify(hash, "  another one  ")).toBe(true);
  expect(await passwords.verify(hash, "another one")).toBe(false);
});

test("no table and no event holds a password, nor what would let it be guessed", async () => {
  const { api, verifiers, issuer, accountId } = await newScene();
  const given = ["first of three words", "second of three words", "third of three words"];
  const key = { "idempotency-key": "once" };
  const { id } = good(await api.post(verifiers, { type: "password", password: given[0] }, key));
  good(await api.patch(`${verifiers}/${id}`, { password: given[1] }, { "idempotency-key": "twice" }));
  const bob = { username_type: "unique-name", username: "bob", password: given[2] };
  good(await api.post(`${issuer}/users`, bob, { "idempotency-key": "thrice" }));
  for (const table of await tenantTables(world)) {
    const rows = await world.sql<{ text: string }>(`select t::text as text from ${table} t`);
    const text = rows.map((row) => row.text).join("\n");
    for (const secret of given) {
      for (const encoding of ["utf8", "hex", "base64"] as const) {
        expect(text.includes(Buffer.from(secret).toString(encoding)), `${table}, ${encoding}`).toBe(false);
      }
    }
    // The request that an Idempotency-Key stands for is kept as a MAC.
    const asked = ["POST", `/v1/accounts/${accountId}/${verifiers}`, { type: "password", password: given[0] }];
    expect(text).not.toContain(createHash("sha256").update(JSON.stringify(asked)).digest("hex"));
  }
  expect(world.server.complaints.join("")).not.toContain("three words");
});

test.each(["1234567", "e\u0301".repeat(7), "x".repeat(257), "PASSWORD", "12345678", "Sunshine", ""])(
  "the password %j is refused wherever one is given",
  async (password) => {
    const { api, verifiers, issuer, give } = await newScene();
    const eve = { username_type: "unique-name", username: "eve" };
    expectRefusal(await api.post(verifiers, { type: "password", password }), 400, "password");
    expectRefusal(await api.post(`${issuer}/users`, { ...eve, password }), 400, "password");
    const { id } = await give({ type: "password", password: plain });
    expectRefusal(await api.patch(`${verifiers}/${id}`, { password }), 400, "password");
    expect(await idsOf(api, `${issuer}/users?username=eve`)).toEqual([]);
  },
);

test("nothing else is asked of a password", async () => {
  const { api, verifiers, give } = await newScene();
  const { id } = await give({ type: "password", password: "aaaaaaaaaaab" });
  for (const password of [" ".repeat(8), "\u{1F98A}".repeat(8), "x".repeat(256), "tab\tand\nline"]) {
    good(await api.patch(`${verifiers}/${id}`, { password }));
    expect(await world.server.deps.passwords.verify(await hashOf(id), password)).toBe(true);
  }
});

test("the issuer's own length is asked for, wherever a password is given", async () => {
  const { api, verifiers, issuer, give } = await newScene();
  const { id } = await give({ type: "password", password: "elevenchars" });
  good(await api.patch(issuer, { settings: { security: { password: { min_length: 12 } } } }));
  const short = { password: "elevenagain" };
  const refused = [
    await api.patch(`${verifiers}/${id}`, short),
    await api.post(verifiers, { type: "password", ...short }),
    await api.post(`${issuer}/users`, { username_type: "unique-name", username: "eve", ...short }),
  ];
  for (const answer of refused) {
    expectRefusal(answer, 400, "password");
    expect(answer.body.fields[0]).toEqual({
      ...{ field: "password", code: "too_short", message: "must have at least 12 characters" },
    });
  }
  expect(await idsOf(api, `${issuer}/users?username=eve`)).toEqual([]);
  good(await api.patch(`${verifiers}/${id}`, { password: "twelve chars" }));
});

test("a password belongs to a password, and a passkey is made elsewhere", async () => {
  const { api, verifiers, give } = await newScene();
  expectRefusal(await api.post(verifiers, { type: "password" }), 400, "password");
  expectRefusal(await api.post(verifiers, { type: "password", password: null }), 400, "password");
  expectRefusal(await api.post(verifiers, { type: "totp", password: plain }), 400, "password");
  expectRefusal(await api.post(verifiers, { type: "webauthn" }), 400, "type");
  const { id } = await give({ type: "backup_codes" });
  expectRefusal(await api.patch(`${verifiers}/${id}`, { password: plain }), 400, "password");
});

test("a user can be made with a password: one event, which tells nothing of it", async () => {
  const { api, issuer } = await newPlace(world);
  const body = { username_type: "email", username: "ada@example.com", password: plain };
  let user: { id: string; security: object } | undefined;
  const events = await eventsBy(api, async () => {
    user = good(await api.post(`${issuer}/users`, body));
  });
  expect(events).toMatchObject([{ type: "user.created", data: { resource: { security: { password_set: true } } } }]);
  expect(JSON.stringify(events)).not.toMatch(/argon2|plum/);
  expect(user?.security).toMatchObject({ password_set: true, mfa_enrolled: false });
  expect(good(await api.get(`${issuer}/users/${user?.id}`))).toEqual(user);
  expect(good(await api.get(`${issuer}/users/${user?.id}/verifiers`))).toMatchObject([{ type: "password" }]);
  expectRefusal(await api.post(`${issuer}/users`, body), 409);
});

test("what verifiers add up to stands on the user, in lists too, and does not move its ETag", async () => {
  const scene = await newScene();
  const { api, path, issuer, give, verifiers } = scene;
  const etag = (await api.get(path)).headers.get("etag");
  await give({ type: "password", password: plain });
  await give({ type: "backup_codes" });
  const passkey = await registerPasskey(scene);
  const expected = {
    ...{ mfa_enrolled: true, password_set: true, passkeys: 1, totp_enrolled: false, backup_codes_remaining: 10 },
  };
  const read = await api.get(path);
  expect(read.body.data.security).toEqual(expected);
  expect(read.headers.get("etag")).toBe(etag);
  expect(good(await api.get(`${issuer}/users`))[0].security).toEqual(expected);
  expect(good(await api.patch(path, { metadata: { a: "b" } })).security).toEqual(expected);
  expect(good(await api.post(`${path}/block`)).security).toEqual(expected);
  expect((await api.delete(`${verifiers}/${passkey}`)).status).toBe(204);
  expect(good(await api.get(path)).security).toMatchObject({ mfa_enrolled: false, passkeys: 0 });
});

test("a list of users with verifiers takes as many messages as one without", async () => {
  const { api, issuer, give } = await newScene();
  const list = () => messagesDuring(world, () => api.get(`${issuer}/users`));
  const before = await list();
  await give({ type: "password", password: plain });
  const bob = { username_type: "unique-name", username: "bob", password: plain };
  good(await api.post(`${issuer}/users`, bob));
  expect((await list()).length).toBe(before.length);
});

test("a passkey is listed, renamed and deleted, and has no codes", async () => {
  const scene = await newScene();
  const { api, verifiers } = scene;
  const id = await registerPasskey(scene);
  const [passkey] = good(await api.get(verifiers));
  expect(passkey).toMatchObject({ id, type: "webauthn", name: "Passkey", codes_remaining: null });
  expect(Object.keys(passkey)).not.toContain("public_key");
  expectRefusal(await api.post(`${verifiers}/${id}/regenerate`), 409);
  expectRefusal(await api.post(`${verifiers}/${id}/verify`, { code: "123456" }), 409);
  const events = await eventsBy(api, async () => {
    good(await api.patch(`${verifiers}/${id}`, { name: "Laptop" }));
    expect((await api.delete(`${verifiers}/${id}`)).status).toBe(204);
  });
  expect(events.map(({ type }) => type)).toEqual(["user.mfa.factor-deleted", "user.verifier.updated"]);
});

test("a deleted user's verifiers are not found, come back with the user, and go with the row", async () => {
  const { api, path, verifiers, give, user } = await newScene();
  const { id } = await give({ type: "backup_codes" });
  good(await api.delete(path));
  for (const answer of [
    await api.get(verifiers),
    await api.get(`${verifiers}/${id}`),
    await api.post(verifiers, { type: "totp" }),
    await api.post(`${verifiers}/complete-enrollment`, { enrollment_id: id, code: "123456" }),
    await api.post(`${verifiers}/${id}/regenerate`),
    await api.delete(`${verifiers}/${id}`),
  ]) {
    expectRefusal(answer, 404);
  }
  good(await api.post(`${path}/restore`));
  expect(await idsOf(api, verifiers)).toEqual([id]);
  good(await api.post(verifiers, { type: "totp" }));
  await world.sql("delete from users where id = $1", [user.id]);
  const left = await world.sql(
    "select from user_verifiers where user_id = $1 union all select from user_totp_enrollments where user_id = $1",
    [user.id],
  );
  expect(left).toEqual([]);
});

test("ten passwords at once make one", async () => {
  const { api, verifiers } = await newScene();
  const events = await eventsBy(api, async () => {
    const give = () => api.post(verifiers, { type: "password", password: plain });
    const answers = await Promise.all(Array.from({ length: 10 }, give));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([201, ...Array(9).fill(409)]);
  });
  expect(events.map(({ type }) => type)).toEqual(["user.verifier.created"]);
});

test("where too many passwords wait, one more is told to come back, and nothing of it is done", async () => {
  const { api, verifiers, issuer } = await newScene();
  const hash = vi.spyOn(world.server.deps.passwords, "hash").mockRejectedValue(new Overloaded("full"));
  const refused = [
    await api.post(verifiers, { type: "password", password: plain }),
    await api.post(`${issuer}/users`, { username_type: "unique-name", username: "eve", password: plain }),
  ];
  hash.mockRestore();
  for (const answer of refused) {
    expect(answer.status, answer.text).toBe(503);
    expect(answer.body).toMatchObject({ error: "temporarily_unavailable", retryable: true, retry_after: 1 });
    expect(answer.headers.get("retry-after")).toBe("1");
  }
  good(await api.post(verifiers, { type: "password", password: plain }));
});
