import { html } from "ghtml";
import { button, field, form, hiddenUsername, isRefused, linkButton, problems } from "../components.ts";
import { type PortalProps, portal } from "../portal.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface AccountEmailProps extends PortalProps, FormProps<"email" | "password"> {
  current: string | null;
  /** Whether the password is asked for as well. */
  needsPassword: boolean;
}

export const accountEmail = (texts: Texts, props: AccountEmailProps): View => {
  const { base, user, current, needsPassword, values, errors } = props;
  const t = texts.email;
  const email = field(texts, {
    name: "email",
    label: t.email,
    type: "email",
    autocomplete: "email",
    value: values?.email,
    error: errors?.email,
    autofocus: !isRefused(errors).refused,
  });
  const password = field(texts, {
    name: "password",
    label: t.password,
    type: "password",
    autocomplete: "current-password",
    maxLength: 1024,
    error: errors?.password,
  });
  const fields = html`!${email}!${needsPassword ? hiddenUsername(user.identifier) + password : ""}`;
  const buttons = html`<div class="pair">!${button({ label: t.submit })}!${linkButton(base, texts.form.cancel, "secondary")}</div>`;
  return portal(texts, props, "profile", {
    title: t.title,
    lead: current === null ? t.leadNone : t.lead(current),
    parts: [
      problems(texts, errors, { email: t.email, password: t.password }),
      form(props, html`!${fields}!${buttons}`),
    ],
    ...isRefused(errors),
  });
};
