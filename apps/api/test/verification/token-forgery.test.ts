import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto";
import { exportJWK, SignJWT } from "jose";
import { beforeEach, expect, test } from "vitest";
import { good } from "../core/support.ts";
import { basic } from "../harness/client.ts";
import { signingKeyOf } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newTokenScene, statusWith, type TokenScene } from "./token-scene.ts";

const world = await createWorld();
const newScene = () => newTokenScene(world);
const statusOf = (token: string) => statusWith(world, token);
const MINUTE = 60_000;

// Bad credentials are counted by the minute.
beforeEach(() => world.server.clock.advance(MINUTE));

// RFC 8725, and RFC 9068, 4.
const wrongClaims: [name: string, claims: (scene: TokenScene) => Record<string, unknown>][] = [
  ["without iss", () => ({ iss: undefined })],
  ["with another server's iss", ({ issuerId }) => ({ iss: `https://evil.example/${issuerId}` })],
  ["with a path behind its iss", ({ issuerId }) => ({ iss: `${world.server.deps.idpUrl}/${issuerId}/` })],
  ["with a query in its iss", ({ issuerId }) => ({ iss: `${world.server.deps.idpUrl}/x?${issuerId}` })],
  ["with a list as its iss", ({ issuerId }) => ({ iss: [`${world.server.deps.idpUrl}/${issuerId}`] })],
  ["without exp", () => ({ exp: undefined })],
  ["with an exp in text", () => ({ exp: "9999999999" })],
  ["without iat", () => ({ iat: undefined })],
  ["without sub", () => ({ sub: undefined })],
  ["with SQL as its sub", () => ({ sub: "usr_' or '1'='1" })],
  ["with a NUL in its sub", () => ({ sub: "usr_\u0000" })],
  ["without aud", () => ({ aud: undefined })],
  ["with numbers as its aud", () => ({ aud: [1] })],
  ["without jti", () => ({ jti: undefined })],
  ["with SQL as its jti", () => ({ jti: "' or 1=1 --" })],
  ["without client_id", () => ({ client_id: undefined })],
  ["without dat", () => ({ dat: undefined })],
  ["of a user that says it is a client", () => ({ dat: { type: "client" } })],
  ["of a user that says it is an agent", () => ({ dat: { type: "agent" } })],
  ["of a user that says it is a personal token", () => ({ dat: { type: "token" } })],
  ["of a user that there is not", () => ({ sub: world.server.deps.ids.make("user") })],
  ["of a client that there is not", () => ({ client_id: world.server.deps.ids.make("client") })],
  ["of an agent that there is not", () => ({ sub: world.server.deps.ids.make("agent"), dat: { type: "agent" } })],
  ["with a number as its scope", () => ({ scope: 1 })],
  ["with an org_id that is no id", () => ({ org_id: "org_1" })],
];

test.each(wrongClaims)("a token %s is refused, well signed as it is", async (_, claims) => {
  const scene = await newScene();
  expect(await statusOf(await scene.token({ claims: claims(scene) }))).toBe(401);
});

test.each([undefined, "JWT", "at", "ptk+jwt", "logout+jwt", 7])("a token of the type %j is none", async (typ) => {
  const { token } = await newScene();
  expect(await statusOf(await token({ header: { typ } }))).toBe(401);
});

test.each(["at+jwt", "AT+JWT", "application/at+jwt"])("a token of the type %j is one", async (typ) => {
  const { token } = await newScene();
  expect(await statusOf(await token({ header: { typ } }))).toBe(200);
});

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

test("none is no algorithm, and the public key is no secret of an HMAC", async () => {
  const { token, issuerId } = await newScene();
  const [header = "", payload = "", signature = ""] = (await token()).split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url").toString());
  const { key } = await signingKeyOf(world, issuerId);
  const publicKey = createPublicKey(key);
  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    const unsigned = `${encoded({ alg, typ: "at+jwt", kid })}.${payload}`;
    for (const tail of [".", `.${signature}`, ""]) expect(await statusOf(`${unsigned}${tail}`), alg).toBe(401);
  }
  const secrets = [
    publicKey.export({ type: "spki", format: "pem" }),
    publicKey.export({ type: "spki", format: "der" }),
    JSON.stringify(await exportJWK(publicKey)),
  ];
  for (const secret of secrets) {
    const text = `${encoded({ alg: "HS256", typ: "at+jwt", kid })}.${payload}`;
    expect(await statusOf(`${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`)).toBe(401);
  }
});

test("the algorithm is the key's own: one key's kid beside another algorithm's signature is refused", async () => {
  const { token, issuerId } = await newScene();
  const { kid } = await signingKeyOf(world, issuerId, { alg: "EdDSA" });
  expect(await statusOf(await token({ header: { kid } }))).toBe(401);
  const [header = "", ...rest] = (await token()).split(".");
  const claimed = { ...JSON.parse(Buffer.from(header, "base64url").toString()), alg: "EdDSA" };
  expect(await statusOf([encoded(claimed), ...rest].join("."))).toBe(401);
});

test("a key that a token brings along, or points at, is not looked at", async () => {
  const { issuerId, userId, clientId } = await newScene();
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const jwk = await exportJWK(publicKey);
  const { kid } = await signingKeyOf(world, issuerId);
  const now = Math.floor(world.server.clock.now() / 1000);
  const forged = (header: object) =>
    new SignJWT({
      ...{ iss: `${world.server.deps.idpUrl}/${issuerId}`, sub: userId, client_id: clientId, aud: "x", jti: "j" },
      ...{ iat: now, exp: now + 60, scope: "", dat: { type: "identity" } },
    })
      .setProtectedHeader({ alg: "ES256", typ: "at+jwt", ...header })
      .sign(privateKey);
  const headers = [
    { kid },
    { kid, jwk },
    { jwk },
    { kid, jku: "https://evil.example/jwks.json" },
    { kid, x5u: "https://evil.example/cert.pem" },
    { kid, x5c: ["MIIB"] },
    { kid: "../../../../dev/null" },
    { kid: "' union select 'ES256', '{}' --" },
    { kid: "\u0000" },
    { kid: ["a"] },
    { kid: "" },
    {},
  ];
  for (const header of headers) expect(await statusOf(await forged(header)), JSON.stringify(header)).toBe(401);
});

test("the same headers beside a good signature change nothing", async () => {
  const { token } = await newScene();
  expect(await statusOf(await token({ header: { jku: "https://evil.example", x5u: "https://evil.example" } }))).toBe(
    200,
  );
});

test("critical extensions that nobody knows are refused", async () => {
  const { token } = await newScene();
  const [header = "", ...rest] = (await token()).split(".");
  const critical = { ...JSON.parse(Buffer.from(header, "base64url").toString()), crit: ["b64"], b64: false };
  expect(await statusOf([encoded(critical), ...rest].join("."))).toBe(401);
});

test("another issuer's key signs nothing here, and a foreign user is none of this issuer's", async () => {
  const [ours, theirs] = [await newScene(), await newScene()];
  const { kid } = await signingKeyOf(world, theirs.issuerId);
  const iss = `${world.server.deps.idpUrl}/${ours.issuerId}`;
  const moved = { sub: ours.userId, client_id: ours.clientId, iss };
  expect(await statusOf(await theirs.token({ claims: moved }))).toBe(401);
  expect(await statusOf(await theirs.token({ claims: moved, header: { kid } }))).toBe(401);
  expect(await statusOf(await ours.token({ claims: { sub: theirs.userId } }))).toBe(401);
  expect(await statusOf(await ours.token({ claims: { client_id: theirs.clientId } }))).toBe(401);
});

test("a key that is only announced signs nothing yet, and a retired one still counts", async () => {
  const { token, issuerId } = await newScene();
  const text = await token();
  for (const [status, expected] of [
    ["next", 401],
    ["retired", 200],
  ] as const) {
    await world.sql("update issuer_signing_keys set status = $2 where issuer_id = $1", [issuerId, status]);
    expect(await statusOf(text)).toBe(expected);
  }
});

test("a changed token is none, whatever was changed", async () => {
  const { token } = await newScene();
  const text = await token();
  const [header = "", payload = "", signature = ""] = text.split(".");
  const other = encoded({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), scope: "admin" });
  const changed = [
    `${header}.${other}.${signature}`,
    `${header}.${payload}.${signature.slice(0, -2)}`,
    `${header}.${payload}.${"A".repeat(86)}`,
    `${header}.${payload}`,
    `${text}.x`,
    `.${payload}.${signature}`,
    "a.b.c",
    "x".repeat(10_000),
    `ptk_${text}`,
  ];
  for (const one of changed) expect(await statusOf(one), one.slice(-60)).toBe(401);
});

test("tokens are Bearer and keys are Basic, and neither passes as the other", async () => {
  const { api, key, organization, token } = await newScene();
  const text = await token();
  const send = async (authorization: string, path = "/v1/me") =>
    (await fetch(`${world.server.url}${path}`, { headers: { authorization } })).status;
  expect(await send(`bearer  ${text}`)).toBe(200);
  expect(await send(`Basic ${text}`)).toBe(401);
  expect(await send(basic({ id: text, secret: "" }))).toBe(401);
  const made = good(await api.post(`${organization}/api-keys`, { name: "a", restrictions: {} }));
  for (const { id, secret } of [key, { id: made.id, secret: made.secret_plain }]) {
    for (const path of ["/v1/me", "/v1/accounts"]) {
      expect(await send(`Bearer ${id}:${secret}`, path)).toBe(401);
      expect(await send(`Bearer ${Buffer.from(`${id}:${secret}`).toString("base64")}`, path)).toBe(401);
      expect(await send(`Bearer ${secret}`, path)).toBe(401);
    }
  }
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
