import { Me } from "@authpi/schema";
import { Check } from "typebox/value";
import { expect, test } from "vitest";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newTokenScene } from "../verification/token-scene.ts";
import { eventsBy, expectRefusal, good, newKey, whoami } from "./support.ts";

const world = await createWorld();

const newScene = async () => {
  const scene = await newTokenScene(world);
  const { api, issuer, userId } = scene;
  return {
    ...scene,
    introspect: async (token: string, ip?: string) => {
      const answer = await api.post(`${issuer}/tokens/introspect`, { token, ...(ip && { ip }) });
      expect(answer.status, answer.text).toBe(200);
      return answer.body.data;
    },
    newKey: async (more: object = {}) => {
      const made = await newKey(api, `${scene.organization}/api-keys`, ["invoices:read"], more);
      return { ...made, text: `${made.id}:${made.secret_plain}` };
    },
    personal: async (restrictions: object = { scopes: ["*:**"] }) =>
      good(await api.post(`${issuer}/users/${userId}/tokens`, { name: "script", restrictions })),
  };
};

test("of a good credential it says what /v1/me says, of each kind", async () => {
  const scene = await newScene();
  const key = await scene.newKey();
  const personal = (await scene.personal()).token_plain;
  const access = await scene.token({ claims: { sid: await scene.session() } });
  const answers = [
    [await scene.introspect(key.text), good(await whoami(world, key.credential))],
    [await scene.introspect(personal), good(await meWith(world, personal))],
    [await scene.introspect(access), good(await meWith(world, access))],
  ];
  for (const [said, me] of answers) {
    expect(said).toEqual({ active: true, ...me });
    expect(Check(Me, me)).toBe(true);
  }
});

test("a verification of a key or a personal token is one event, of an access token none", async () => {
  const scene = await newScene();
  const { id: keyId, text } = await scene.newKey();
  const { id: tokenId, token_plain } = await scene.personal();
  const { api, issuerId, orgId, userId, accountId, key } = scene;
  const events = await eventsBy(api, async () => {
    await scene.introspect(text);
    await scene.introspect(token_plain);
    await scene.introspect(await scene.token());
    await scene.introspect("nonsense");
  });
  const place = { account_id: accountId, issuer_id: issuerId };
  expect(events.map(({ type, subject }) => ({ type, subject }))).toEqual([
    {
      type: "personal-token.verified",
      subject: { ...place, type: "personal_token", id: tokenId, user_id: userId },
    },
    {
      type: "api-key.verified",
      subject: { ...place, type: "api_key", id: keyId, org_id: orgId, key_id: keyId },
    },
  ]);
  expect(events).toMatchObject([{ auth: { type: "api_key", key_id: key.id } }, { trigger: "tokens.introspect" }]);
  expect(good(await api.get(`api-keys/${keyId}`)).secret.last_used_at).toEqual(expect.any(Number));
  expect(good(await api.get(`tokens/${tokenId}`)).last_used_at).toEqual(expect.any(Number));
});

type Scene = Awaited<ReturnType<typeof newScene>>;

const keyRefusals: [reason: string, name: string, prepare: (scene: Scene, key: { id: string }) => Promise<unknown>][] =
  [
    ["blocked", "that is blocked", ({ api }, { id }) => api.post(`api-keys/${id}/block`)],
    ["revoked", "that is revoked", ({ api }, { id }) => api.post(`api-keys/${id}/revoke`)],
    ["not_found", "that is deleted", ({ api }, { id }) => api.delete(`api-keys/${id}`)],
    [
      "suspended",
      "of a suspended organization",
      ({ api, organization }) => api.patch(organization, { status: "suspended" }),
    ],
    ["suspended", "of a disabled issuer", ({ api, issuer }) => api.patch(issuer, { status: "disabled" })],
    ["expired", "that has expired", (_, { id }) => world.sql("update api_keys set expires_at = 1 where id = $1", [id])],
  ];

test.each(keyRefusals)("it says %s of a key %s", async (reason, _, prepare) => {
  const scene = await newScene();
  const key = await scene.newKey();
  await prepare(scene, key);
  expect(await scene.introspect(key.text)).toEqual({ active: false, reason });
});

test("a rotated secret is good until its grace ends", async () => {
  const scene = await newScene();
  const old = await scene.newKey();
  const { secret_plain } = good(await scene.api.post(`api-keys/${old.id}/rotate`, { grace_period_seconds: 60 }));
  expect((await scene.introspect(old.text)).active).toBe(true);
  expect((await scene.introspect(`${old.id}:${secret_plain}`)).active).toBe(true);
  world.server.clock.advance(60_000);
  expect(await scene.introspect(old.text)).toEqual({ active: false, reason: "invalid" });
});

test("a wrong secret, a key of nobody's and what has no form say what they are", async () => {
  const scene = await newScene();
  const [key, other] = [await scene.newKey(), await scene.newKey()];
  const nobody = key.id.replace(/.{6}$/, "000000");
  expect(await scene.introspect(`${key.id}:${other.secret_plain}`)).toEqual({ active: false, reason: "invalid" });
  expect(await scene.introspect(`${nobody}:${key.secret_plain}`)).toEqual({ active: false, reason: "not_found" });
  for (const token of [
    "nonsense",
    "key_",
    key.id,
    `${key.id}:`,
    `${key.id}:x`,
    "ptk_",
    "ptk_a.b.c",
    "a.b.c",
    "Basic x",
  ])
    expect(await scene.introspect(token), token).toEqual({ active: false, reason: "invalid" });
});

test("another issuer's credentials, and the account's own keys, are nobody's here", async () => {
  const [ours, theirs] = [await newScene(), await newScene()];
  const { id: second } = good(await ours.api.post("issuers", { name: "second" }));
  const foreign = await theirs.newKey();
  expect(await ours.introspect(foreign.text)).toEqual({ active: false, reason: "not_found" });
  for (const token of [
    await theirs.token(),
    (await theirs.personal()).token_plain,
    await theirs.token({ claims: { exp: 1 } }),
  ])
    expect(await ours.introspect(token)).toEqual({ active: false, reason: "invalid" });
  const own = await ours.newKey();
  const beside = await ours.api.post(`issuers/${second}/tokens/introspect`, { token: own.text });
  expect(beside.body.data).toEqual({ active: false, reason: "not_found" });
  const account = await newKey(ours.api, "api-keys");
  const answer = await ours.introspect(`${account.id}:${account.secret_plain}`);
  expect(answer).toEqual({ active: false, reason: "not_found" });
  const recorded = await world.sql("select from events where account_id = $1 and metered", [theirs.accountId]);
  expect(recorded).toEqual([]);
});

test("the address is held against the allow-list, and without one it holds nothing", async () => {
  const scene = await newScene();
  const ip_allowlist = ["203.0.113.0/24"];
  const key = await scene.newKey({ ip_allowlist });
  const { token_plain } = await scene.personal({ scopes: [], ip_allowlist });
  for (const token of [key.text, token_plain]) {
    expect((await scene.introspect(token, "203.0.113.7")).active).toBe(true);
    expect((await scene.introspect(token, "::ffff:203.0.113.7")).active).toBe(true);
    for (const ip of ["203.0.114.7", "::1", undefined])
      expect(await scene.introspect(token, ip)).toEqual({ active: false, reason: "ip_not_allowed" });
  }
  const body = { token: key.text, ip: "203.0.113.0/24" };
  expectRefusal(await scene.api.post(`${scene.issuer}/tokens/introspect`, body), 400, "ip");
});

const tokenRefusals: [reason: string, name: string, prepare: (scene: Scene, sid: string) => Promise<unknown>][] = [
  ["blocked", "of a blocked user", ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/block`)],
  ["suspended", "of a suspended user", ({ api, issuer, userId }) => api.post(`${issuer}/users/${userId}/suspend`)],
  ["not_found", "of a deleted user", ({ api, issuer, userId }) => api.delete(`${issuer}/users/${userId}`)],
  ["blocked", "of a blocked client", ({ api, issuer, clientId }) => api.post(`${issuer}/clients/${clientId}/block`)],
  ["revoked", "of a revoked session", ({ api, issuer }, sid) => api.post(`${issuer}/sessions/${sid}/revoke`)],
  ["suspended", "of a suspended session", ({ api, issuer }, sid) => api.post(`${issuer}/sessions/${sid}/suspend`)],
  [
    "expired",
    "of an expired session",
    (_, sid) => world.sql("update sessions set expires_at = 1 where id = $1", [sid]),
  ],
  ["not_found", "of no session", (_, sid) => world.sql("delete from sessions where id = $1", [sid])],
  ["suspended", "of a disabled issuer", ({ api, issuer }) => api.patch(issuer, { status: "disabled" })],
  [
    "revoked",
    "that was denied",
    ({ accountId, issuerId }) =>
      world.sql("insert into denied_tokens values ($1, $2, '0123456789abcdefgh', 1)", [accountId, issuerId]),
  ],
];

test.each(tokenRefusals)("it says %s of an access token %s", async (reason, _, prepare) => {
  const scene = await newScene();
  const sid = await scene.session();
  const token = await scene.token({ claims: { sid } });
  await prepare(scene, sid);
  expect(await scene.introspect(token)).toEqual({ active: false, reason });
});

test("it says expired, revoked and not_found of tokens that are", async () => {
  const scene = await newScene();
  const now = Math.floor(world.server.clock.now() / 1000);
  expect(await scene.introspect(await scene.token({ claims: { exp: now - 60 } }))).toEqual({
    ...{ active: false, reason: "expired" },
  });
  const { id, token_plain } = await scene.personal();
  good(await scene.api.patch(`tokens/${id}`, { status: "blocked" }));
  expect(await scene.introspect(token_plain)).toEqual({ active: false, reason: "blocked" });
  good(await scene.api.post(`tokens/${id}/revoke`));
  expect(await scene.introspect(token_plain)).toEqual({ active: false, reason: "revoked" });
  await scene.api.delete(`tokens/${id}`);
  expect(await scene.introspect(token_plain)).toEqual({ active: false, reason: "not_found" });
});
