import { missingScopes } from "@authpi/schema";
import { isWithin } from "../../domain/ip.ts";
import { type Caller, isOwnOrganization, requireHeld } from "../../http/caller.ts";
import { invalidField } from "../../http/problem.ts";
import { type Catalogues, requireCatalogued } from "../catalogues.ts";

/** @throws {Problem} 400 where a key would expire before it begins. */
export const expectFuture = (expiresAt: number | null | undefined, now: number): void => {
  if (typeof expiresAt === "number" && expiresAt <= now) throw invalidField("expires_at", "must be in the future");
};

/** An account's key never exceeds who makes it; an organization's is bound by the catalogues. */
export const requireGrantable = (
  caller: Caller,
  place: Catalogues & { issuer_id: string; org_id: string },
  scopes: readonly string[],
): void => {
  if (isOwnOrganization(caller, place)) requireHeld(caller, scopes);
  else requireCatalogued(place, "restrictions.scopes", scopes);
};

interface Reach {
  scopes: readonly string[];
  ip_allowlist: readonly string[];
  expires_at: number | null;
}
/** Whether an account's key may do more, from more places or for longer than before. */
export const isWider = (before: Reach, after: Reach): boolean =>
  missingScopes(before.scopes, after.scopes, { manage: true }).length > 0 ||
  (before.ip_allowlist.length > 0 &&
    (after.ip_allowlist.length === 0 ||
      after.ip_allowlist.some((range) => !before.ip_allowlist.some((old) => isWithin(range, old))))) ||
  (before.expires_at !== null && (after.expires_at === null || after.expires_at > before.expires_at));
