import { html } from "ghtml";
import { button, card, field, form, isRefused, link, notice, post, problems, ways, whose } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface EmailCodeProps extends FormProps<"code"> {
  /** As it was typed: the page is the same whether an account has it or not. */
  identifier: string;
  otherAccountUrl: string;
  /** Where a POST sends another one. */
  resendAction: string;
  /** Another one has just been sent. */
  resent?: boolean | undefined;
  passwordUrl?: string | undefined;
  methodsUrl?: string | undefined;
}

export const emailCode = (texts: Texts, props: EmailCodeProps): View => {
  const { csrf, identifier, otherAccountUrl, resendAction, resent = false, passwordUrl, methodsUrl, errors } = props;
  const t = texts.emailCode;
  return card(
    t.title,
    html`${t.lead}`,
    [
      whose(texts, identifier, otherAccountUrl),
      resent ? notice(t.resent, "success") : "",
      problems(texts, errors, { code: t.code }),
      form(props, html`!${codeField(texts, t.code, errors?.code)}!${button({ label: t.submit })}`),
      ways(
        post({ csrf, action: resendAction }, {}, { label: t.resend, kind: "link" }),
        passwordUrl && html`<p>!${link(passwordUrl, texts.signIn.usePassword)}</p>`,
        methodsUrl && html`<p>!${link(methodsUrl, texts.signIn.otherMethod)}</p>`,
        html`<p class="muted">${t.spam}</p>`,
      ),
    ],
    isRefused(errors),
  );
};

/** Six digits; spaces are welcome, as people copy them. */
export const codeField = (texts: Texts, label: string, error: string | undefined, hint?: string) =>
  field(texts, {
    name: "code",
    label,
    autocomplete: "one-time-code",
    inputmode: "numeric",
    maxLength: 16,
    code: true,
    autofocus: true,
    error,
    hint,
  });
