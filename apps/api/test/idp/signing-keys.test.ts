import { calculateJwkThumbprint } from "jose";
import { describe, expect, test } from "vitest";
import { createDeps } from "../../src/deps.ts";
import { makeSigningKeys, openSigningKey } from "../../src/keys/signing-keys.ts";

const retention = { eventsRetentionDays: 400, meteredEventsRetentionDays: 30 };
const config = { url: "https://id.example.com", idpUrl: "https://id.example.com", ...retention };
const deps = createDeps(config, Buffer.alloc(32, 1), { now: () => 1_700_000_000_000 });
const issuerId = deps.ids.make("issuer");

describe("the signing keys of a new issuer", () => {
  test("are one of ES256 and one of EdDSA, both active, named by their thumbprints", async () => {
    const keys = await makeSigningKeys(deps, issuerId);
    expect(keys.map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
    for (const { kid, alg, public_jwk, ...rest } of keys) {
      expect(kid).toBe(await calculateJwkThumbprint(public_jwk));
      expect(public_jwk).toMatchObject({ kid, alg, use: "sig" });
      expect(rest).toMatchObject({ status: "active", created_at: 1_700_000_000_000, retired_at: null });
    }
  });

  test("show nothing of their private halves", async () => {
    for (const key of await makeSigningKeys(deps, issuerId)) {
      const { d } = openSigningKey(deps, key);
      expect(d).toMatch(/^[\w-]{43}$/);
      expect(key.public_jwk).not.toHaveProperty("d");
      expect(key.private_key.includes(String(d))).toBe(false);
    }
  });

  test("cannot be moved to another issuer or another key, changed, or opened under another master key", async () => {
    const [key, second] = await makeSigningKeys(deps, issuerId);
    if (!key || !second) throw new Error("Two keys are made.");
    const changed = Buffer.from(key.private_key);
    changed.writeUInt8(changed.readUInt8(40) ^ 1, 40);
    for (const row of [
      { ...key, issuer_id: deps.ids.make("issuer") },
      { ...key, kid: second.kid },
      { ...key, private_key: second.private_key },
      { ...key, private_key: changed },
    ]) {
      expect(() => openSigningKey(deps, row)).toThrow();
    }
    expect(() => openSigningKey(createDeps(config, Buffer.alloc(32, 2)), key)).toThrow();
  });
});
