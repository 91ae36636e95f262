import type { UserRow } from "../../../core/users/store.ts";
import type { Flow } from "./flow.ts";

/** The page of the second factor that is still to be shown; undefined where none is. */
export const nextFactor = async (flow: Flow, user: UserRow): Promise<string | undefined> => {
  const { mfa } = flow.context.issuer.settings.security;
  if (mfa === "off") return undefined;
  if (user.security.totp_enrolled) return "totp";
  return mfa === "required" ? "enrol-totp" : undefined;
};
