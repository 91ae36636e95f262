import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface InvitationOverProps {
  reason: "expired" | "revoked" | "used" | "unknown" | "full" | "declined" | "joined";
  /** Its name, where the reader may know it. */
  organization: string;
  /** To sign in, or on to the application. */
  nextUrl?: string | undefined;
}

/** An invitation that nothing more can be done with, or that has just been answered. */
export const invitationOver = (texts: Texts, { reason, organization, nextUrl }: InvitationOverProps): View => {
  const t = texts.invitation;
  const [title, text] = {
    expired: [t.expiredTitle, t.expiredText],
    revoked: [t.revokedTitle, t.revokedText],
    used: [t.usedTitle, t.usedText],
    unknown: [t.unknownTitle, t.unknownText],
    full: [t.fullTitle, t.fullText(organization)],
    declined: [t.declinedTitle, t.declinedText(organization)],
    joined: [t.joinedTitle(organization), t.joinedText],
  }[reason] as [string, string];
  const joined = reason === "joined";
  return card(title, html`${text}`, [
    nextUrl ? linkButton(nextUrl, joined ? t.go : t.toSignIn, joined ? "primary" : "secondary") : "",
  ]);
};
