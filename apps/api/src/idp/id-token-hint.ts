import { compactVerify, createLocalJWKSet, type JSONWebKeySet } from "jose";
import { signingAlgorithms } from "./configuration.ts";
import type { LiveIssuer } from "./live-issuer.ts";

/** What an ID token of this issuer says; that it has run out does not matter (RP-Initiated Logout 1.0, 2). */
export interface Hint {
  clientId: string;
  userId: string;
  sid: string | undefined;
}

type Keys = ReturnType<typeof createLocalJWKSet>;
const keysOf = new WeakMap<LiveIssuer, Keys>();

/** Undefined where it is none of this issuer's: the keys that did sign count as well as those that do. */
export const readHint = async (issuer: LiveIssuer, token: string): Promise<Hint | undefined> => {
  const keys = keysOf.get(issuer) ?? createLocalJWKSet(JSON.parse(issuer.jwks.body.toString()) as JSONWebKeySet);
  keysOf.set(issuer, keys);
  const verified = await compactVerify(token, keys, { algorithms: [...signingAlgorithms] }).catch(() => undefined);
  // An access token, or a logout token, is signed by the same keys and says so in its type.
  if (!verified || ![undefined, "JWT"].includes(verified.protectedHeader.typ)) return undefined;
  const { iss, aud, sub, sid } = claimsIn(verified.payload);
  if (iss !== issuer.url || typeof aud !== "string" || typeof sub !== "string") return undefined;
  return { clientId: aud, userId: sub, sid: typeof sid === "string" ? sid : undefined };
};

const claimsIn = (payload: Uint8Array): Record<string, unknown> => {
  try {
    return Object(JSON.parse(Buffer.from(payload).toString()));
  } catch {
    return {};
  }
};
