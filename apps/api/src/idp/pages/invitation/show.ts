import { enabledMethods } from "../../../core/auth-methods/enabled.ts";
import { isInvited } from "../../../core/invitations/answerable.ts";
import type { InvitationState } from "../../../core/invitations/find-by-token.ts";
import { signInUrl } from "../portal-sign-in.ts";
import type { Errors } from "../view.ts";
import { invitationExistingUser } from "../views/invitation-existing-user.ts";
import { type InvitationFacts, invitationNewUser } from "../views/invitation-new-user.ts";
import { invitationOtherUser } from "../views/invitation-other-user.ts";
import { type InvitationOverProps, invitationOver } from "../views/invitation-over.ts";
import type { Guest } from "./guest.ts";

type Reason = InvitationOverProps["reason"];
type Ended = Exclude<InvitationState, "pending"> | "full" | "suspended";

/** How the page speaks of what nothing more can be done with. */
export const over: Readonly<Record<Ended, Reason>> = {
  accepted: "used",
  declined: "declined",
  expired: "expired",
  revoked: "revoked",
  full: "full",
  // Who had been shut out since, or a place that takes nobody: the one who invited knows more.
  suspended: "revoked",
  organization_suspended: "revoked",
  organization_deleted: "revoked",
};

export const show = async (guest: Guest, values: { name?: string } = {}, errors: Errors<"name" | "password"> = {}) => {
  const { context, found, user, account, path } = guest;
  if (!found) return showOver(guest, "unknown");
  const { row, state } = found;
  if (state === "accepted" && user?.id === row.user_id_invited) return showOver(guest, "joined");
  if (state !== "pending") return showOver(guest, over[state]);
  const { texts, csrf } = context;
  const invitation = factsOf(guest, found);
  if (user && isInvited(user, row)) return context.html(invitationExistingUser(texts, { csrf, invitation }));
  if (user) {
    return context.html(
      invitationOtherUser(texts, {
        csrf,
        invited: row.email_invited,
        current: user.username,
        stayUrl: context.to("/ui/account"),
      }),
    );
  }
  const signIn = signInUrl(context, path, { login_hint: row.email_invited });
  if (account) return context.html(invitationExistingUser(texts, { csrf, invitation, signInUrl: signIn }));
  const { links, settings } = context.issuer;
  const refused = Object.values(errors).some((error) => error !== undefined);
  return context.html(
    invitationNewUser(texts, {
      csrf,
      invitation,
      ...((await needsPassword(guest)) && { password: { minLength: settings.security.password.min_length } }),
      terms: { termsUrl: links.terms_of_service, privacyUrl: links.privacy_policy },
      declineAction: context.to(`${path}/decline`),
      signInUrl: signInUrl(context, path),
      values,
      errors,
    }),
    refused ? { status: 400 } : {},
  );
};

const statuses: Partial<Record<Reason, number>> = { unknown: 404, full: 409, declined: 200, joined: 200 };

export const showOver = ({ context, found }: Guest, reason: Reason) => {
  const isSignIn = reason === "used" || reason === "joined";
  return context.html(
    invitationOver(context.texts, {
      reason,
      organization: found?.organization.name ?? "",
      ...(isSignIn && { nextUrl: context.to("/ui/account") }),
    }),
    { status: statuses[reason] ?? 410 },
  );
};

/** Whether people here sign in by a password. */
export const needsPassword = async ({ runtime, context: { issuer } }: Guest): Promise<boolean> => {
  const methods = await runtime.database.transaction(issuer.accountId, (tx) => enabledMethods(tx, issuer.id));
  return methods.some(({ method }) => method === "password");
};

const factsOf = ({ context }: Guest, { row, organization }: NonNullable<Guest["found"]>): InvitationFacts => ({
  issuer: context.issuer.name,
  organization: organization.name,
  inviter: row.inviter?.name ?? null,
  message: row.message,
  email: row.email_invited,
  expiresAt: row.expires_at,
});
