import { html } from "ghtml";
import {
  button,
  card,
  field,
  form,
  hiddenUsername,
  isRefused,
  link,
  post,
  problems,
  ways,
  whose,
} from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface PasswordProps extends FormProps<"password"> {
  identifier: string;
  /** Back to the first page, for somebody else. */
  otherAccountUrl: string;
  forgotUrl?: string | undefined;
  /** Where a POST sends a code, or a link, and goes on to its page. */
  emailCodeAction?: string | undefined;
  emailLinkAction?: string | undefined;
  /** The choice among more methods than these. */
  methodsUrl?: string | undefined;
}

export const password = (texts: Texts, props: PasswordProps): View => {
  const { csrf, identifier, otherAccountUrl, forgotUrl, emailCodeAction, emailLinkAction, methodsUrl, errors } = props;
  const t = texts.signIn;
  const secret = field(texts, {
    name: "password",
    label: t.password,
    type: "password",
    autocomplete: "current-password",
    error: errors?.password,
    autofocus: true,
    maxLength: 1024,
    aside: forgotUrl ? link(forgotUrl, t.forgot) : "",
  });
  const send = (action: string, label: string) => post({ csrf, action }, {}, { label, kind: "link" });
  return card(
    t.passwordTitle,
    undefined,
    [
      whose(texts, identifier, otherAccountUrl),
      problems(texts, errors, { password: t.password }),
      form(props, html`!${hiddenUsername(identifier)}!${secret}!${button({ label: t.submit })}`),
      ways(
        emailCodeAction && send(emailCodeAction, t.useCode),
        emailLinkAction && send(emailLinkAction, t.useLink),
        methodsUrl && html`<p>!${link(methodsUrl, t.otherMethod)}</p>`,
      ),
    ],
    isRefused(errors),
  );
};
