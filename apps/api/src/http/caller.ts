import { covers, type Event, missingScopes } from "@authpi/schema";
import { Problem } from "./problem.ts";

/** Who sent a request, once the credential was verified, and what it may do where the request leads. */
export interface Caller {
  type: "api_key" | "user" | "personal_token" | "agent" | "client";
  /** What it is known by: as the writer of a note, as who set a status, and for its idempotency keys. */
  id: string;
  /** How events name it, but for the organization and the address. */
  names: Pick<Event["auth"], "key_id" | "user_id" | "agent_id" | "client_id">;
  /** The accounts that the credential acts on: one for an account's key, several for a person's token, none for all others. */
  accounts: readonly CallerAccount[];
  issuerId: string;
  /** The account's own organization. */
  orgId: string;
  scopes: readonly string[];
  /** The scopes that this request has handed on, and so had to hold. */
  handedOn: string[];
}
export interface CallerAccount {
  accountId: string;
  orgId: string;
  scopes: readonly string[];
}

const core = { manage: true };

/** The caller as it is on one of its accounts; undefined where that is none of them. */
export const actingOn = (caller: Caller, accountId: string): Caller | undefined => {
  const account = caller.accounts.find((one) => one.accountId === accountId);
  return account && { ...caller, orgId: account.orgId, scopes: account.scopes };
};

/** The accounts on which it holds the scope. */
export const accountsWith = ({ accounts }: Caller, scope: string): CallerAccount[] =>
  accounts.filter(({ scopes }) => covers(scopes, scope, core));

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
