import type { ClientSettings } from "@authpi/schema";
import type { Claims } from "../verification/tokens/claims.ts";
import type { IssuerPlace, Runtime } from "./runtime.ts";
import { findSubject, type OrganizationClaim, type Subject } from "./subject.ts";

/** An access token that this issuer has signed and that has not run out, and everything that it says. */
export interface AccessClaims extends Claims {
  payload: Record<string, unknown>;
}

/** Undefined for whatever else comes: another issuer's tokens are no better than garbage. */
export const readAccess = async (
  { tokens }: Pick<Runtime, "tokens">,
  issuer: Pick<IssuerPlace, "id">,
  token: string,
): Promise<AccessClaims | undefined> => {
  const { reason, claims } = await tokens.read(token);
  if (reason || !claims || claims.kind !== "access" || claims.issuerId !== issuer.id) return undefined;
  const [, payload = ""] = claims.jwt.split(".");
  // Its signature is good, and read() has seen that it is an object.
  return { ...claims, payload: JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown> };
};

export interface AccessFacts {
  /** Of a person's token. */
  subject: Subject | undefined;
  organizations: OrganizationClaim[] | undefined;
}

/** What is true of the token in this moment; undefined where it is good no more. */
export const factsOfAccess = async (
  runtime: Pick<Runtime, "tokens" | "database" | "rootIssuerId">,
  issuer: Pick<IssuerPlace, "id">,
  shown: ClientSettings["organizations"],
  { userId, orgId }: AccessClaims,
  token: string,
): Promise<AccessFacts | undefined> => {
  const judged = await runtime.tokens.verify({ token, ip: undefined, trace: "-", trigger: "idp" });
  if (judged.reason) return undefined;
  if (!userId) return { subject: undefined, organizations: undefined };
  const subject = await findSubject(runtime, issuer, { userId, shown });
  if (!subject) return undefined;
  if (orgId === undefined) return { subject, organizations: subject.organizations };
  const organizations = subject.organizations.filter(({ id }) => id === orgId);
  return organizations.length > 0 ? { subject: { ...subject, orgId, organizations }, organizations } : undefined;
};
