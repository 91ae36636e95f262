import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import type { PrivateJwk, SigningAlgorithm } from "../../keys/signing-keys.ts";

/** What makes the access tokens of an issuer. */
export interface TokenSigner {
  /** Those that there is a key for. */
  algorithms: readonly SigningAlgorithm[];
  /** Seconds, where a client says nothing of its own. */
  ttl: number;
  /** Makes an access token of the claims (RFC 9068, 2). */
  sign(alg: SigningAlgorithm, claims: object): string;
}

/** The first key of an algorithm signs. Its object is made at its first use, and stays for as long as this version of the issuer. */
export const tokenSigner = (keys: readonly PrivateJwk[], ttl: number): TokenSigner => {
  const signers = new Map<SigningAlgorithm, { head: string; key: KeyObject }>();

  const signerOf = (alg: SigningAlgorithm) => {
    const known = signers.get(alg);
    if (known) return known;
    const jwk = keys.find((one) => one.alg === alg);
    if (!jwk) throw new Error(`The issuer has no key for ${alg}.`);
    const head = encoded({ alg, typ: "at+jwt", kid: jwk.kid });
    const made = { head, key: createPrivateKey({ key: jwk, format: "jwk" }) };
    signers.set(alg, made);
    return made;
  };

  return {
    algorithms: [...new Set(keys.map(({ alg }) => alg))],
    ttl,
    sign: (alg, claims) => {
      const { head, key } = signerOf(alg);
      const signed = `${head}.${encoded(claims)}`;
      return `${signed}.${signatureOf[alg](Buffer.from(signed), key).toString("base64url")}`;
    },
  };
};

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** RFC 7518, 3.3 and 3.4; RFC 8037, 3.1. */
const signatureOf: Record<SigningAlgorithm, (data: Buffer, key: KeyObject) => Buffer> = {
  ES256: (data, key) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  EdDSA: (data, key) => sign(null, data, key),
  RS256: (data, key) => sign("sha256", data, key),
};
