import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface SignUpClosedProps {
  reason: "closed" | "invite_only" | "domain";
  /** Of `domain`: those that may. */
  domains?: string[] | undefined;
  signInUrl: string;
}

export const signUpClosed = (texts: Texts, { reason, domains = [], signInUrl }: SignUpClosedProps): View => {
  const t = texts.signUp;
  const [title, text] = {
    closed: [t.closedTitle, t.closedText],
    invite_only: [t.inviteTitle, t.inviteText],
    domain: [t.domainTitle, t.domainText],
  }[reason] as [string, string];
  const list = html`<ul class="plain">!${domains.map((domain) => html`<li><bdi>${domain}</bdi></li>`)}</ul>`;
  return card(title, html`${text}`, [reason === "domain" ? list : "", linkButton(signInUrl, t.toSignIn, "secondary")]);
};
