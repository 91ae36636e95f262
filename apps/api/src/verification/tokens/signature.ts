import { createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto";
import { compactVerify } from "jose";
import { LRUCache } from "lru-cache";
import type { Algorithm, Claims } from "./claims.ts";

/** A public key as the database has it. */
export interface StoredKey {
  alg: Algorithm;
  public_jwk: JsonWebKey;
}
export type FindKey = (issuerId: string, kid: string) => Promise<StoredKey | undefined>;

/**
 * Checks signatures with the issuers' own keys, and with nothing that a token brings along (RFC 8725, 3.1 and 3.10). A key's
 * `kid` is its thumbprint: what it names never changes, and may be remembered. Whether the key still counts is asked of the
 * database every time (facts.ts).
 */
export const createSignatures = (find: FindKey, max = 2000): ((claims: Claims) => Promise<boolean>) => {
  const keys = new LRUCache<string, { alg: Algorithm; key: KeyObject }>({ max });

  const keyOf = async ({ issuerId, kid }: Claims) => {
    const name = `${issuerId} ${kid}`;
    const known = keys.get(name);
    if (known) return known;
    const stored = await find(issuerId, kid);
    if (!stored) return undefined;
    const found = { alg: stored.alg, key: createPublicKey({ key: stored.public_jwk, format: "jwk" }) };
    keys.set(name, found);
    return found;
  };

  return async (claims) => {
    const found = await keyOf(claims);
    // The algorithm is the key's, never the header's choice.
    if (!found || found.alg !== claims.alg) return false;
    return compactVerify(claims.jwt, found.key, { algorithms: [found.alg] }).then(
      () => true,
      () => false,
    );
  };
};
