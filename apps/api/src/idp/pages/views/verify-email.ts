import { html } from "ghtml";
import { button, card, form, isRefused, link, notice, post, problems, ways } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { codeField } from "./email-code.ts";

export interface VerifyEmailProps extends FormProps<"code"> {
  email: string;
  resendAction: string;
  resent?: boolean | undefined;
  /** Back to where the address was typed. */
  changeUrl?: string | undefined;
}

export const verifyEmail = (texts: Texts, props: VerifyEmailProps): View => {
  const { csrf, email, resendAction, resent = false, changeUrl, errors } = props;
  const t = texts.verifyEmail;
  return card(
    t.title,
    html`${t.lead(email)}`,
    [
      resent ? notice(texts.emailCode.resent, "success") : "",
      problems(texts, errors, { code: t.code }),
      form(props, html`!${codeField(texts, t.code, errors?.code)}!${button({ label: t.submit })}`),
      ways(
        post({ csrf, action: resendAction }, {}, { label: t.resend, kind: "link" }),
        changeUrl && html`<p>!${link(changeUrl, t.change)}</p>`,
        html`<p class="muted">${texts.emailCode.spam}</p>`,
      ),
    ],
    isRefused(errors),
  );
};
