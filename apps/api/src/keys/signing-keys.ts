import { generateKeyPair, hash, type JsonWebKey, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { Selectable } from "kysely";
import type { IssuerSigningKeys } from "../db/tables.generated.ts";
import type { Deps } from "../deps.ts";
import { seal, unseal } from "../domain/sealing.ts";

/**
 * A key without its tenant. A `next` one is published before it signs, a `retired` one for as long as anything that it signed
 * may live. The `kid` is the thumbprint of the public key (RFC 7638), so that two keys never share one.
 */
export type SigningKeyRow = Omit<Selectable<IssuerSigningKeys>, "account_id" | "purpose" | "signs_at">;
export type SigningAlgorithm = SigningKeyRow["alg"];

export type PrivateJwk = { kty: string; kid: string; alg: SigningAlgorithm; use: "sig"; d: string } & Partial<
  Record<"crv" | "x" | "y" | "n" | "e" | "p" | "q" | "dp" | "dq" | "qi", string>
>;

/** The keys that a new issuer signs with. An RS256 key is made when a client first asks for one: it costs 170 ms. */
export const makeSigningKeys = (deps: Pick<Deps, "clock" | "keys">, issuerId: string): Promise<SigningKeyRow[]> =>
  Promise.all([makeSigningKey(deps, issuerId, "ES256"), makeSigningKey(deps, issuerId, "EdDSA")]);

/** A key that an issuer signs its users' tokens with, or its personal tokens. */
export const makeSigningKey = async (
  deps: Pick<Deps, "clock" | "keys">,
  issuerId: string,
  alg: SigningAlgorithm,
): Promise<SigningKeyRow> => {
  const { privateKey, publicKey } = await generators[alg]();
  return toRow(deps, issuerId, alg, privateKey, publicKey);
};

/** The private key of a row. Throws where a row was changed or moved. */
export const openSigningKey = (
  deps: Pick<Deps, "keys">,
  row: Pick<SigningKeyRow, "issuer_id" | "kid" | "private_key">,
): PrivateJwk => {
  const text = unseal(deps.keys.signingKeys, row.private_key, contextOf(row.issuer_id, row.kid));
  // Authenticated: under this key and context nothing but toRow has sealed anything, and it sealed one.
  return JSON.parse(text) as PrivateJwk;
};

// On libuv's threads: the event loop goes on answering.
const generate = promisify(generateKeyPair);
const generators: Record<SigningAlgorithm, () => Promise<{ privateKey: KeyObject; publicKey: KeyObject }>> = {
  ES256: () => generate("ec", { namedCurve: "P-256" }),
  EdDSA: () => generate("ed25519", undefined),
  RS256: () => generate("rsa", { modulusLength: 2048 }),
};

const toRow = (
  deps: Pick<Deps, "clock" | "keys">,
  issuerId: string,
  alg: SigningAlgorithm,
  privateKey: KeyObject,
  publicKey: KeyObject,
): SigningKeyRow => {
  const parameters = publicParameters(publicKey.export({ format: "jwk" }));
  const kid = hash("sha256", JSON.stringify(parameters), "base64url");
  const facts = { kid, alg, use: "sig" };
  const secret = JSON.stringify({ ...privateKey.export({ format: "jwk" }), ...facts });
  return {
    issuer_id: issuerId,
    kid,
    alg,
    public_jwk: { ...parameters, ...facts },
    private_key: seal(deps.keys.signingKeys, secret, contextOf(issuerId, kid)),
    status: "active",
    created_at: deps.clock.now(),
    retired_at: null,
  };
};

/** What makes the key, by the alphabet as RFC 7638, 3 wants it. */
const publicParameters = (jwk: JsonWebKey): Record<string, string> => {
  const parameters: Record<string, string> = {};
  for (const name of ["crv", "e", "kty", "n", "x", "y"] as const) {
    const value = jwk[name];
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
};

const contextOf = (issuerId: string, kid: string): string => `${issuerId} ${kid}`;
