import type { AgentVerifier, AgentVerifierCreate } from "@authpi/schema";
import type { Static } from "typebox";
import { readPublicJwk } from "../../domain/public-jwks.ts";
import { normalizeWallet } from "../../domain/wallets.ts";
import { invalid, invalidField } from "../../http/problem.ts";

/** What a verifier is known by, and what no second one of the agent may be known by; a secret is known by neither. */
export interface Credential {
  credential: AgentVerifier["credential"];
  subject: string | null;
}

/** @throws {Problem} 400 where the credential is not one of the verifier's type. */
export const readCredential = async ({ type, credential }: Static<typeof AgentVerifierCreate>): Promise<Credential> => {
  if (type === "secret") {
    if (credential === undefined) return { credential: null, subject: null };
    throw invalidField("credential", "must be left out: a secret is made by the server");
  }
  if (credential === undefined || credential === null) {
    throw invalid({ field: "credential", code: "required", message: `is required for a ${type}` });
  }
  return type === "wallet" ? walletOf(credential) : jwkOf(credential);
};

const walletOf = (credential: string | object): Credential => {
  const subject = typeof credential === "string" ? normalizeWallet(credential) : undefined;
  if (typeof credential !== "string" || subject === undefined) {
    throw invalidField("credential", "must be a CAIP-10 account");
  }
  return { credential, subject };
};

const jwkOf = async (credential: string | Record<string, unknown>): Promise<Credential> => {
  if (typeof credential === "string") throw invalidField("credential", "must be a public JWK");
  const key = await readPublicJwk(credential);
  if (typeof key === "string") throw invalidField("credential", key);
  return { credential: key.jwk, subject: key.thumbprint };
};
