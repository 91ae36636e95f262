import { html } from "ghtml";
import { button, card, field, form, isRefused, link, problems, ways } from "../components.ts";
import type { FormProps, Html, Texts, View } from "../view.ts";

export interface SignUpProps extends FormProps<"email" | "name" | "password"> {
  client?: { name: string } | undefined;
  /** Where the method of signing up needs one. */
  password?: { minLength: number } | undefined;
  terms?: { termsUrl: string | null; privacyUrl: string | null } | undefined;
  signInUrl: string;
}

export const signUp = (texts: Texts, props: SignUpProps): View => {
  const { client, password, terms, signInUrl, values, errors } = props;
  const t = texts.signUp;
  const labels = { email: t.email, name: t.name, password: t.password };
  const fields = [
    field(texts, {
      name: "email",
      label: t.email,
      type: "email",
      autocomplete: "username",
      value: values?.email,
      error: errors?.email,
      autofocus: !isRefused(errors).refused,
    }),
    field(texts, {
      name: "name",
      label: t.name,
      autocomplete: "name",
      value: values?.name,
      error: errors?.name,
      maxLength: 200,
    }),
    password ? newPasswordField(texts, t.password, password.minLength, errors?.password) : "",
  ];
  return card(
    t.title,
    client && html`${t.lead(client.name)}`,
    [
      problems(texts, errors, labels),
      form(props, html`!${fields}!${agreement(texts, terms)}!${button({ label: t.submit })}`),
      ways(html`<p>${t.haveAccount} !${link(signInUrl, t.signIn)}</p>`),
    ],
    isRefused(errors),
  );
};

export const newPasswordField = (texts: Texts, label: string, minLength: number, error: string | undefined): Html =>
  field(texts, {
    name: "password",
    label,
    type: "password",
    autocomplete: "new-password",
    hint: texts.signUp.passwordHint(minLength),
    minLength,
    maxLength: 256,
    error,
  });

/** What is agreed to by pressing the button, as far as the issuer has it. */
export const agreement = ({ signUp: t }: Texts, terms: SignUpProps["terms"]): Html => {
  const links = [
    terms?.termsUrl && link(terms.termsUrl, t.terms),
    terms?.privacyUrl && link(terms.privacyUrl, t.privacy),
  ].filter((one): one is Html => Boolean(one));
  const [first, second] = links;
  if (!first) return "";
  return html`<p class="small muted">${t.agree} !${first}!${second ? html` ${t.and} !${second}` : ""}.</p>`;
};
