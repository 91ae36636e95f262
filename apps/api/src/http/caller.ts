import { covers, missingScopes } from "@authpi/schema";
import { Problem } from "./problem.ts";

/** Who sent a request, once the credential was verified. */
export interface Caller {
  type: "api_key";
  keyId: string;
  /** The accounts that the credential acts on; none for an organization's key. */
  accountIds: readonly string[];
  issuerId: string;
  orgId: string;
  scopes: readonly string[];
  /** The scopes that this request has handed on, and so had to hold. */
  handedOn: string[];
}

const core = { manage: true };

export const mayDo = (caller: Caller, scope: string): boolean => covers(caller.scopes, scope, core);

/** @throws {Problem} 403 `insufficient_scope`, naming the scope. */
export const requireScope = (caller: Caller, ...anyOf: string[]): void => {
  if (anyOf.length === 0 || anyOf.some((scope) => mayDo(caller, scope))) return;
  throw new Problem("scope", `This needs the scope ${anyOf.join(" or ")}.`);
};

/** Nobody hands out what they do not hold themselves. */
export const requireHeld = (caller: Caller, scopes: readonly string[]): void => {
  const missing = missingScopes(caller.scopes, scopes, core);
  if (missing.length === 0) {
    caller.handedOn.push(...scopes);
    return;
  }
  throw new Problem("scope", `Only who holds a scope may give it; this credential lacks ${missing.join(", ")}.`);
};

/** The account's own organization: what is there never exceeds who makes it; elsewhere the catalogues bind instead. */
export const isOwnOrganization = (caller: Caller, place: { issuer_id: string; org_id: string }): boolean =>
  place.issuer_id === caller.issuerId && place.org_id === caller.orgId;
