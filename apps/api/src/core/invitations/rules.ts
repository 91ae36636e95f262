import type { Parents } from "../../db/parents.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { statusOf } from "./present.ts";
import type { InvitationRow } from "./store.ts";

/** Suspension freezes an organization's invitations, and `invitation_enabled` is the owner's switch. */
export const requireInviting = ({ organization }: Parents, host?: { invitation_enabled: boolean }): void => {
  if (organization?.status === "suspended") {
    throw new Problem("conflict", "The organization is suspended, and its invitations are frozen.");
  }
  if (host?.invitation_enabled === false) {
    throw new Problem("conflict", "The organization has its invitations switched off (invitation_enabled).");
  }
};

/** @throws {Problem} 409 where the invitation has ended, by time or by somebody. */
export const requirePending = (row: InvitationRow, now: number): void => {
  const status = statusOf(row, now);
  if (status !== "pending") throw new Problem("conflict", `The invitation is ${status}, and no longer pending.`);
};

export const requireAddress = (text: string): string => {
  const email = normalizeUsername("email", text);
  if (email === undefined) throw invalidField("email_invited", "is not a valid email address");
  return email;
};
