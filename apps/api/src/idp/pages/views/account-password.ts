import { html } from "ghtml";
import { button, field, form, hiddenUsername, isRefused, problems } from "../components.ts";
import { type PortalProps, portal } from "../portal.ts";
import type { FormProps, Texts, View } from "../view.ts";
import { newPasswordField } from "./sign-up.ts";

export interface AccountPasswordProps extends PortalProps, FormProps<"current" | "password"> {
  /** Without one it is set, not changed. */
  hasPassword: boolean;
  minLength: number;
}

export const accountPassword = (texts: Texts, props: AccountPasswordProps): View => {
  const { user, hasPassword, minLength, errors } = props;
  const t = texts.changePassword;
  const current = field(texts, {
    name: "current",
    label: t.current,
    type: "password",
    autocomplete: "current-password",
    maxLength: 1024,
    error: errors?.current,
  });
  const fields = [
    hiddenUsername(user.identifier),
    hasPassword ? current : "",
    newPasswordField(texts, t.password, minLength, errors?.password),
    html`<div>!${button({ label: t.submit })}</div>`,
  ];
  return portal(texts, props, "password", {
    ...(!hasPassword && { title: t.setTitle }),
    lead: hasPassword ? t.lead : t.setLead,
    parts: [problems(texts, errors, { current: t.current, password: t.password }), form(props, html`!${fields}`)],
    ...isRefused(errors),
  });
};
