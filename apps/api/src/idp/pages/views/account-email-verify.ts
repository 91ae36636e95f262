import { html } from "ghtml";
import { button, form, isRefused, linkButton, notice, post, problems } from "../components.ts";
import { type PortalProps, portal } from "../portal.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { codeField } from "./email-code.ts";

export interface AccountEmailVerifyProps extends PortalProps, FormProps<"code"> {
  email: string;
  resendAction: string;
  resent?: boolean | undefined;
}

export const accountEmailVerify = (texts: Texts, props: AccountEmailVerifyProps): View => {
  const { csrf, base, email, resendAction, resent = false, errors } = props;
  const t = texts.verifyEmail;
  const buttons = html`<div class="pair">!${button({ label: t.submit })}!${linkButton(base, texts.form.cancel, "secondary")}</div>`;
  return portal(texts, props, "profile", {
    title: t.title,
    lead: t.lead(email),
    parts: [
      resent ? notice(texts.emailCode.resent, "success") : "",
      problems(texts, errors, { code: t.code }),
      form(props, html`!${codeField(texts, t.code, errors?.code)}!${buttons}`),
      post({ csrf, action: resendAction }, {}, { label: t.resend, kind: "link" }),
    ],
    ...isRefused(errors),
  });
};
