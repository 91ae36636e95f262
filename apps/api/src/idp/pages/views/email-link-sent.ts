import { html } from "ghtml";
import { card, link, notice, post, ways, whose } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface EmailLinkSentProps extends Pick<FormProps, "csrf"> {
  identifier: string;
  otherAccountUrl: string;
  resendAction: string;
  resent?: boolean | undefined;
  passwordUrl?: string | undefined;
  methodsUrl?: string | undefined;
}

export const emailLinkSent = (texts: Texts, props: EmailLinkSentProps): View => {
  const { csrf, identifier, otherAccountUrl, resendAction, resent = false, passwordUrl, methodsUrl } = props;
  const t = texts.emailLink;
  return card(t.sentTitle, html`${t.sentLead}`, [
    whose(texts, identifier, otherAccountUrl),
    resent ? notice(texts.emailCode.resent, "success") : "",
    html`<p>${t.sentHint}</p>`,
    ways(
      post({ csrf, action: resendAction }, {}, { label: t.resend, kind: "link" }),
      passwordUrl && html`<p>!${link(passwordUrl, texts.signIn.usePassword)}</p>`,
      methodsUrl && html`<p>!${link(methodsUrl, texts.signIn.otherMethod)}</p>`,
      html`<p class="muted">${texts.emailCode.spam}</p>`,
    ),
  ]);
};
