import type { SigningKeyRow } from "../keys/signing-keys.ts";
import { type StaticDocument, staticDocument } from "./static-document.ts";

const maxAgeSeconds = 15 * 60;

/** The public keys of an issuer (RFC 7517, 5): what signs, what will, and what has signed something that may still be alive. */
export const jwksDocument = (rows: readonly Pick<SigningKeyRow, "kid" | "alg" | "public_jwk">[]): StaticDocument =>
  staticDocument({ keys: rows.map(publicJwk) }, maxAgeSeconds);

// By name: a member that is not in this list, such as a private one, never leaves.
const parameters = ["kty", "crv", "x", "y", "n", "e"] as const;

const publicJwk = ({ kid, alg, public_jwk }: Pick<SigningKeyRow, "kid" | "alg" | "public_jwk">) => ({
  ...Object.fromEntries(parameters.flatMap((name) => (public_jwk[name] ? [[name, public_jwk[name]]] : []))),
  kid,
  alg,
  use: "sig",
  ext: true,
});
