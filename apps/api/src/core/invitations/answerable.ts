import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { lock as lockOrganization } from "../organizations/store.ts";
import { mailAddressOf } from "../users/find-by-identifier.ts";
import type { UserRow } from "../users/store.ts";
import { type FoundInvitation, findByToken } from "./find-by-token.ts";
import * as store from "./store.ts";

export interface InvitationLink {
  issuerId: string;
  token: string;
}

/**
 * The invitation as it is once all who answer it are waited for: its organization is locked, so that the count of its members holds, and
 * then its row.
 */
export const findLocked = async (
  tx: Tx,
  deps: Pick<Deps, "secrets" | "clock">,
  link: InvitationLink,
): Promise<FoundInvitation | undefined> => {
  const seen = await findByToken(tx, deps, link);
  if (!seen) return undefined;
  await lockOrganization(tx, seen.row.issuer_id, seen.row.org_id, "noKeyUpdate");
  await store.find(tx, seen.row, seen.row.id, true);
  // A statement of its own, behind the locks: it sees what the last holder did.
  return findByToken(tx, deps, link);
};

/** Whether the invitation is to this user: they sign in with its address, or have shown it to be theirs. */
export const isInvited = (user: UserRow, { email_invited }: store.InvitationRow): boolean => {
  if (user.username_type === "email" && user.username === email_invited) return true;
  const mail = mailAddressOf(user);
  return mail?.isProved === true && mail.address === email_invited;
};
