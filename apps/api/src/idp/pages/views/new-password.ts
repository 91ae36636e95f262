import { html } from "ghtml";
import { button, card, form, hiddenUsername, isRefused, problems, whose } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { newPasswordField } from "./sign-up.ts";

export interface NewPasswordProps extends FormProps<"password"> {
  identifier: string;
  minLength: number;
}

/** What the link of a reset opens; the form is what uses the link up. */
export const newPassword = (texts: Texts, props: NewPasswordProps): View => {
  const { identifier, minLength, errors } = props;
  const t = texts.reset;
  const secret = newPasswordField(texts, t.password, minLength, errors?.password);
  return card(
    t.newTitle,
    html`${t.newLead}`,
    [
      whose(texts, identifier),
      problems(texts, errors, { password: t.password }),
      form(props, html`!${hiddenUsername(identifier)}!${secret}!${button({ label: t.newSubmit })}`),
    ],
    isRefused(errors),
  );
};
