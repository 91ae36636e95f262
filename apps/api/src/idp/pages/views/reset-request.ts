import { html } from "ghtml";
import { button, card, field, form, isRefused, link, problems, ways } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface ResetRequestProps extends FormProps<"email"> {
  signInUrl: string;
}

export const resetRequest = (texts: Texts, props: ResetRequestProps): View => {
  const { signInUrl, values, errors } = props;
  const t = texts.reset;
  const email = field(texts, {
    name: "email",
    label: t.email,
    type: "email",
    autocomplete: "username",
    value: values?.email,
    error: errors?.email,
    autofocus: true,
  });
  return card(
    t.title,
    html`${t.lead}`,
    [
      problems(texts, errors, { email: t.email }),
      form(props, html`!${email}!${button({ label: t.submit })}`),
      ways(html`<p>!${link(signInUrl, t.toSignIn)}</p>`),
    ],
    isRefused(errors),
  );
};
