import { exportJWK, generateKeyPair } from "jose";
import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace } from "./support.ts";

const world = await createWorld();

const newScene = async () => {
  const place = await newPlace(world);
  const agent = good(await place.api.post(`${place.issuer}/agents`, { name: "reader" }));
  const verifiers = `${place.issuer}/agents/${agent.id}/verifiers`;
  const add = (body: object) => place.api.post(verifiers, body);
  return { ...place, agent, verifiers, add };
};
const publicJwk = async (alg: string, options = {}) =>
  exportJWK((await generateKeyPair(alg, { extractable: true, ...options })).publicKey);
const privateJwk = async (alg: string) => exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey);

test("a secret is shown once, by the answer that made it, and kept as a MAC", async () => {
  const { api, agent, verifiers, add } = await newScene();
  const [event] = await eventsBy(api, async () => {
    const made = good(await add({ type: "secret", name: "production", description: "In the *vault*." }));
    const { secret, ...verifier } = made;
    expect(secret).toMatch(/^aas_[0-9A-Za-z]{49}$/);
    expect(verifier).toMatchObject({ agent_id: agent.id, type: "secret", name: "production", credential: null });
    expect(verifier).toMatchObject({ secret_hint: secret.slice(-8), usage_count: 0, last_used_at: null });
    expect(verifier).toMatchObject({ status: "active", status_at: null });
    expect(good(await api.get(verifiers))).toEqual([verifier]);
    const [row] = await world.sql<{ secret_mac: Buffer }>("select * from agent_verifiers where id = $1", [made.id]);
    expect(row?.secret_mac).toEqual(world.server.deps.secrets.macOf(made.id, secret));
    expect(JSON.stringify(row)).not.toContain(secret);
  });
  expect(event).toMatchObject({ type: "agent.verifier.added", subject: { agent_id: agent.id } });
  expectRefusal(await add({ type: "secret", credential: "mine" }), 400, "credential");
});

test("what is no CAIP-10 account is no wallet", async () => {
  const { api, verifiers, add } = await newScene();
  for (const credential of [
    "0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb",
    "eip155:1",
    "eip155:1:",
    "eip155:1:0x12",
    "eip155:one:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb",
    "EIP155:1:0xab16a96d359ec26a11e2c2b3d8f8b8942d5bfcdb",
    "a:b:c",
    "solana:main:a b",
    "solana:main:a\n",
    `solana:main:${"x".repeat(129)}`,
    "",
    {},
    null,
  ]) {
    expectRefusal(await add({ type: "wallet", credential }), 400, "credential");
  }
  const credential = "eip155:1:0xAB16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb";
  const made = good(await add({ type: "wallet", credential }));
  expect(made).toMatchObject({ credential, secret_hint: null });
  expect(made.secret).toBeUndefined();
  expectRefusal(await add({ type: "wallet", credential: credential.toLowerCase() }), 409);
  expect(good(await api.get(verifiers))).toEqual([made]);
});

test.each(["ES256", "EdDSA", "RS256"])("a public key for %s is kept in its one form, once", async (alg) => {
  const { api, verifiers, add } = await newScene();
  const key = await publicJwk(alg);
  const jwk = { ...key, kid: "one", use: "sig", alg, key_ops: ["verify"] };
  const made = good(await add({ type: "jwk", credential: jwk }));
  expect(made.credential).toEqual(jwk);
  expect(good(await api.get(verifiers))).toEqual([made]);
  expectRefusal(await add({ type: "jwk", credential: key }), 409);
});

test("a private key is refused, and so is every other that verifies nothing of the three algorithms", async () => {
  const { api, verifiers, add } = await newScene();
  const ec = await publicJwk("ES256");
  const rsa = await publicJwk("RS256");
  const keys: [object | string, RegExp][] = [
    [await privateJwk("ES256"), /without d/],
    [await privateJwk("EdDSA"), /without d/],
    [await privateJwk("RS256"), /without .*d/],
    [{ kty: "oct", k: "c2VjcmV0" }, /without k/],
    [await publicJwk("ES384"), /P-256/],
    [await publicJwk("ECDH-ES", { crv: "X25519" }), /P-256/],
    [{ ...rsa, n: Buffer.alloc(128, 255).toString("base64url") }, /2,048/],
    [{ ...rsa, n: Buffer.alloc(1100, 255).toString("base64url") }, /8,192/],
    [{ ...rsa, e: "AQ" }, /exponent|not a public key/],
    [{ ...ec, x: ec.y, y: ec.x }, /not a public key/],
    [{ ...ec, x: 12 }, /not a public key/],
    [{ kty: "EC", crv: "P-256" }, /not a public key/],
    [{ ...ec, alg: "ES384" }, /another alg/],
    [{ ...ec, use: "enc" }, /another use/],
    [{ ...ec, key_ops: ["sign"] }, /key_ops/],
    [{ ...ec, kid: "" }, /kid/],
    [{ ...ec, x5u: "https://example.com" }, /x5u/],
    [{}, /P-256/],
    ["text", /JWK/],
  ];
  for (const [credential, why] of keys) {
    const answer = await add({ type: "jwk", credential });
    expectRefusal(answer, 400, "credential");
    expect(answer.text).toMatch(why);
  }
  expectRefusal(await add({ type: "jwk" }), 400, "credential");
  expect(await idsOf(api, verifiers)).toEqual([]);
});

test("an agent has at most 20 verifiers, however many come at once", async () => {
  const { api, verifiers, add } = await newScene();
  const answers = await Promise.all(Array.from({ length: 30 }, () => add({ type: "secret" })));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(20);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(10);
  const ids = await idsOf(api, verifiers);
  expect(ids).toHaveLength(20);
  good(await api.delete(`${verifiers}/${ids[0]}`));
  good(await add({ type: "secret" }));
});

test("a verifier is removed through its own agent alone", async () => {
  const { api, verifiers, add, issuer } = await newScene();
  const { id } = good(await add({ type: "secret" }));
  const other = good(await api.post(`${issuer}/agents`, { name: "other" }));
  expectRefusal(await api.delete(`${issuer}/agents/${other.id}/verifiers/${id}`), 404);
  const [event] = await eventsBy(api, () => api.delete(`${verifiers}/${id}`));
  expect(event).toMatchObject({ type: "agent.verifier.removed", data: { resource: { id } } });
  expectRefusal(await api.delete(`${verifiers}/${id}`), 404);
});
