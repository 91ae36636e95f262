import { html } from "ghtml";
import { button, card, field, form, isRefused, link, linkButton, problems, ways } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface SignInProps extends FormProps<"identifier"> {
  /** The application that asked, where one did. */
  client?: { name: string } | undefined;
  /** Where usernames are no email addresses alone. */
  usernames?: boolean | undefined;
  signUpUrl?: string | undefined;
  /** Ways to sign in that need no identifier. */
  others?: { name: string; url: string }[] | undefined;
  cancelUrl?: string | undefined;
}

/** Signing in begins with who it is; how comes after, so that each account can have its own way. */
export const signIn = (texts: Texts, props: SignInProps): View => {
  const { client, usernames = false, signUpUrl, others = [], cancelUrl, values, errors } = props;
  const t = texts.signIn;
  const label = usernames ? t.identifier : t.email;
  const identifier = field(texts, {
    name: "identifier",
    label,
    type: usernames ? "text" : "email",
    autocomplete: "username",
    value: values?.identifier,
    error: errors?.identifier,
    autofocus: true,
  });
  return card(
    t.title,
    client && html`${t.lead(client.name)}`,
    [
      problems(texts, errors, { identifier: label }),
      form(props, html`!${identifier}!${button({ label: texts.form.continue })}`),
      others.length > 0
        ? html`<p class="or"><span>${t.or}</span></p><div class="stack">!${others.map(({ name, url }) => linkButton(url, texts.method.other(name), "secondary"))}</div>`
        : "",
      ways(
        signUpUrl && html`<p>${t.noAccount} !${link(signUpUrl, t.signUp)}</p>`,
        cancelUrl && html`<p>!${link(cancelUrl, t.cancel)}</p>`,
      ),
    ],
    isRefused(errors),
  );
};
