import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { afterAll, expect, test } from "vitest";
import { good } from "../../core/support.ts";
import { createWorld } from "../../harness/world.ts";
import { expectToken, grant, type MachinePlace, newMachinePlace } from "./support.ts";

const world = await createWorld();
const place = await newMachinePlace(world);

interface Keys {
  privateKey: CryptoKey;
  jwk: JWK;
}
const newKeys = async (alg = "ES256"): Promise<Keys> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid: randomUUID() } };
};
const jwtClient = (openid: object) =>
  place.client({ openid: { token_endpoint_auth_method: "private_key_jwt", ...openid } });

const assertion = async (
  { privateKey, jwk }: Keys,
  id: string,
  claims: object = {},
  header: object = {},
): Promise<string> => {
  const now = Math.floor(world.server.clock.now() / 1000);
  const usual = { iss: id, sub: id, aud: place.issuerUrl, iat: now, exp: now + 60, jti: randomUUID() };
  return new SignJWT({ ...usual, ...claims })
    .setProtectedHeader({ alg: "ES256", kid: String(jwk.kid), ...header })
    .sign(privateKey);
};
const form = (client_assertion: string) => ({
  ...grant,
  client_assertion,
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
});
const outcome = async (text: string) => {
  const { status, body } = await place.ask(form(text));
  return status === 200 ? "good" : body.error;
};

test("an assertion of a client's key is good once, at the issuer or the token endpoint as its audience", async () => {
  const keys = await newKeys();
  const { id } = await jwtClient({ jwks: { keys: [(await newKeys()).jwk, keys.jwk] } });
  for (const aud of [place.issuerUrl, `${place.issuerUrl}/token`, ["https://x.test", place.issuerUrl]]) {
    expectToken(await place.ask(form(await assertion(keys, id, { aud }))));
  }
  const text = await assertion(keys, id);
  const outcomes = await Promise.all(Array.from({ length: 50 }, () => outcome(text)));
  expect(outcomes.filter((one) => one === "good")).toHaveLength(1);
  expect(new Set(outcomes)).toEqual(new Set(["good", "invalid_client"]));
});

test("an assertion that is not as RFC 7523 wants it is refused", async () => {
  const keys = await newKeys();
  const { id } = await jwtClient({ jwks: { keys: [keys.jwk] } });
  const now = Math.floor(world.server.clock.now() / 1000);
  const other = await newKeys();
  const wrong = [
    { iss: "c_0000000000000000000000000" },
    { aud: "https://evil.test" },
    { aud: undefined },
    { exp: now - 60 },
    { exp: undefined },
    { exp: now + 90_000 },
    { nbf: now + 60 },
    { iat: now + 60 },
    { jti: undefined },
    { jti: 7 },
  ];
  for (const claims of wrong)
    expect([claims, await outcome(await assertion(keys, id, claims))]).toEqual([claims, "invalid_client"]);
  expect(await outcome(await assertion({ ...other, jwk: keys.jwk }, id))).toBe("invalid_client");
  expect(await outcome("x.y.z")).toBe("invalid_request");
  const none = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sub: id, iss: id }))}.`.replaceAll("=", "");
  expect(await outcome(none)).not.toBe("good");
  const twoWays = await place.ask({ ...form(await assertion(keys, id)), client_secret: "x" });
  expect(twoWays.body.error_description).toBe("client authentication must only be provided using one mechanism");
});

test("the keys at a jwks_uri are asked for once, and again where one of them is new", async () => {
  let keys = await newKeys();
  let asked = 0;
  const server = createServer((_, answer) => {
    asked += 1;
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify({ keys: [keys.jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterAll(() => server.close());
  const { port } = server.address() as AddressInfo;
  const { id, path } = await jwtClient({ jwks_uri: `http://127.0.0.1:${port}/jwks` });
  const all = await Promise.all(Array.from({ length: 5 }, async () => outcome(await assertion(keys, id))));
  expect([new Set(all), asked]).toEqual([new Set(["good"]), 1]);
  keys = await newKeys();
  expect(await outcome(await assertion(keys, id))).toBe("invalid_client");
  expect(asked).toBe(1);
  world.server.clock.advance(61_000);
  expect(await outcome(await assertion(keys, id))).toBe("good");
  expect(asked).toBe(2);
  good(
    await place.api.patch(path, { settings: { openid: { jwks_uri: null, jwks: { keys: [(await newKeys()).jwk] } } } }),
  );
  expect(await outcome(await assertion(keys, id))).toBe("invalid_client");
});

test("an agent proves itself by its own key, until that is removed", async () => {
  const agent = await place.agent();
  const keys = await newKeys("EdDSA");
  const verifier = good(await place.api.post(`${agent.path}/verifiers`, { type: "jwk", credential: keys.jwk }));
  const text = () => assertion(keys, agent.id, {}, { alg: "EdDSA" });
  expect(await outcome(await text())).toBe("good");
  expect(good(await place.api.get(`${agent.path}/verifiers`))[0].usage_count).toBe(1);
  expect((await place.api.delete(`${agent.path}/verifiers/${verifier.id}`)).status).toBe(204);
  expect(await outcome(await text())).toBe("invalid_client");
});

test("openid-client and oauth4webapi get tokens as they are: basic, post, private_key_jwt, for clients and agents", async () => {
  const keys = await newKeys();
  const keyOf = { key: keys.privateKey, kid: String(keys.jwk.kid) };
  const basic = await place.client();
  const post = await place.client({ openid: { token_endpoint_auth_method: "client_secret_post" } });
  const byKey = await jwtClient({ jwks: { keys: [keys.jwk] } });
  const agent = await place.agent();
  good(await place.api.post(`${agent.path}/verifiers`, { type: "jwk", credential: keys.jwk }));
  // The clock of the tests may be ahead of the clients'.
  const ahead = Math.round((world.server.clock.now() - Date.now()) / 1000);

  const ways: [MachineId, openid.ClientAuth][] = [
    [basic, openid.ClientSecretBasic(basic.secret)],
    [post, openid.ClientSecretPost(post.secret)],
    [byKey, openid.PrivateKeyJwt(keyOf)],
    [agent, openid.ClientSecretBasic(agent.secret)],
    [agent, openid.ClientSecretPost(agent.secret)],
    [agent, openid.PrivateKeyJwt(keyOf)],
  ];
  for (const [{ id }, auth] of ways) {
    const metadata = { [openid.clockSkew]: ahead };
    const server = new URL(place.issuerUrl);
    const execute = [openid.allowInsecureRequests];
    const config = await openid.discovery(server, id, metadata, auth, { execute });
    const answer = await openid.clientCredentialsGrant(config, { scope: "invoices:read" });
    expect(answer).toMatchObject({ token_type: "bearer", scope: "invoices:read" });
  }

  const as = await oauth
    .discoveryRequest(new URL(place.issuerUrl), { [oauth.allowInsecureRequests]: true })
    .then((answer) => oauth.processDiscoveryResponse(new URL(place.issuerUrl), answer));
  const others: [MachineId, oauth.ClientAuth][] = [
    [basic, oauth.ClientSecretBasic(basic.secret)],
    [post, oauth.ClientSecretPost(post.secret)],
    [byKey, oauth.PrivateKeyJwt(keyOf)],
    [agent, oauth.ClientSecretBasic(agent.secret)],
    [agent, oauth.PrivateKeyJwt(keyOf)],
  ];
  for (const [{ id }, auth] of others) {
    const client = { client_id: id, [oauth.clockSkew]: ahead };
    const sent = await oauth.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams(), {
      [oauth.allowInsecureRequests]: true,
    });
    expect((await oauth.processClientCredentialsResponse(as, client, sent)).access_token).toMatch(/^ey/);
  }
});
type MachineId = Pick<Awaited<ReturnType<MachinePlace["client"]>>, "id">;

test("a secret that is rotated and a client that is blocked while tokens are asked for: none is issued after the answer", async () => {
  const client = await place.client();
  let blocked = false;
  const after: string[] = [];
  const asking = Array.from({ length: 8 }, async () => {
    for (let n = 0; n < 15; n++) {
      const late = blocked;
      const { status } = await place.ask({ ...grant }, basic(client));
      if (late) after.push(String(status));
    }
  });
  const blocking = place.api.post(`${client.path}/block`).then((answer) => {
    good(answer);
    blocked = true;
  });
  await Promise.all([...asking, blocking]);
  const { status } = await place.ask({ ...grant }, basic(client));
  expect([new Set([...after, "401"]), status]).toEqual([new Set(["401"]), 401]);
});
const basic = ({ id, secret }: { id: string; secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
});
