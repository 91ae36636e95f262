import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface WaitingForApprovalProps {
  email: string;
  backUrl?: string | undefined;
}

export const waitingForApproval = (texts: Texts, { email, backUrl }: WaitingForApprovalProps): View => {
  const t = texts.signUp;
  return card(t.waitingTitle, html`${t.waitingText(email)}`, [
    html`<p class="muted">${t.waitingHint}</p>`,
    backUrl ? linkButton(backUrl, texts.form.back, "secondary") : "",
  ]);
};
