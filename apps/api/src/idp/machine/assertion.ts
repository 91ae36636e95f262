import { hash } from "node:crypto";
import { compactVerify, decodeProtectedHeader, importJWK, type JWK } from "jose";
import { defined } from "../../domain/defined.ts";
import { clientAuthAlgorithms } from "../configuration.ts";

/** What a good assertion leaves behind: it is not taken again until it has ended anyway. */
export interface Spent {
  jtiHash: Buffer;
  expiresAt: number;
}

export interface Expected {
  /** Who says it: both `iss` and `sub` (RFC 7523, 3). */
  id: string;
  audience: readonly string[];
  now: number;
}

const toleranceSeconds = 5;
/** One that lives longer would have to be remembered for as long. */
const lifetimeMaxSeconds = 24 * 60 * 60;

/** The keys that can have signed it: by their `kid` where it names one, and by their kind. */
export const fittingKeys = <K extends JWK>(assertion: string, keys: readonly K[]): K[] => {
  const { alg = "", kid } = decodeProtectedHeader(assertion);
  if (!(clientAuthAlgorithms as readonly string[]).includes(alg)) return [];
  return keys.filter(
    (key) =>
      (kid === undefined || key.kid === undefined || key.kid === kid) &&
      (key.use === undefined || key.use === "sig") &&
      isOfKind(key, alg) &&
      isBounded(key),
  );
};

/** A modulus or an exponent of any size would be work of any size. */
const isBounded = ({ n = "", e = "" }: JWK): boolean => n.length <= 4096 && e.length <= 8;

/** The first of the keys that has signed it; undefined where none has. */
export const signerOf = async <K extends JWK>(assertion: string, keys: readonly K[]): Promise<K | undefined> => {
  const { alg = "" } = decodeProtectedHeader(assertion);
  for (const key of keys) {
    // The public part alone, by name: a `key_ops` of the user's would change what the import takes.
    const { kty, crv, x, y, n, e } = key;
    const isGood = await importJWK(defined({ kty, crv, x, y, n, e }) as JWK, alg)
      .then((imported) => compactVerify(assertion, imported, { algorithms: [alg] }))
      .then(
        () => true,
        () => false,
      );
    if (isGood) return key;
  }
  return undefined;
};

/**
 * What is wrong with the claims (RFC 7523, 3), or what is left behind of them. They are read from a text whose signature is good.
 */
export const judgeClaims = (claims: Readonly<Record<string, unknown>>, expected: Expected): Spent | string => {
  const { iss, sub, aud, exp, nbf, iat, jti } = claims;
  const now = expected.now / 1000;
  if (iss !== expected.id || sub !== expected.id) return "iss and sub must be the client's id";
  if (![aud].flat().some((one) => expected.audience.includes(String(one)))) {
    return "aud must be the issuer or its token endpoint";
  }
  if (typeof exp !== "number" || exp <= now - toleranceSeconds) return "exp must be a time to come";
  if (exp > now + lifetimeMaxSeconds) return "exp must be within a day";
  for (const time of [nbf, iat]) {
    const begun = time === undefined || (typeof time === "number" && time <= now + toleranceSeconds);
    if (!begun) return "nbf and iat must not be times to come";
  }
  if (typeof jti !== "string" || jti === "") return "jti must be a text of its own";
  return {
    jtiHash: hash("sha256", jti, "buffer"),
    expiresAt: Math.ceil((exp + toleranceSeconds) * 1000),
  };
};

const isOfKind = ({ kty, crv, alg: own }: JWK, alg: string): boolean => {
  const isEdwards = alg === "EdDSA" || alg === "Ed25519";
  if (own !== undefined && own !== alg && !(isEdwards && (own === "EdDSA" || own === "Ed25519"))) return false;
  if (isEdwards) return kty === "OKP" && crv === "Ed25519";
  return alg === "ES256" ? kty === "EC" && crv === "P-256" : kty === "RSA";
};
