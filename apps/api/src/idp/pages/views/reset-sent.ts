import { html } from "ghtml";
import { card, link, ways } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface ResetSentProps {
  /** As it was typed: the page is the same whether an account has it or not. */
  email: string;
  signInUrl: string;
}

export const resetSent = (texts: Texts, { email, signInUrl }: ResetSentProps): View => {
  const t = texts.reset;
  return card(t.sentTitle, html`${t.sentLead(email)}`, [
    html`<p class="muted">${texts.emailCode.spam}</p>`,
    ways(html`<p>!${link(signInUrl, t.toSignIn)}</p>`),
  ]);
};
