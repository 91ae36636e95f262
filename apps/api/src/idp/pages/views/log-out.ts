import { html } from "ghtml";
import { button, card, form, linkButton, problems } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface LogOutProps extends FormProps {
  issuer: string;
  /** The application that asks, where it is known. */
  client?: { name: string } | undefined;
  /** Whoever is signed in. */
  identifier?: string | undefined;
  stayUrl?: string | undefined;
}

export const logOut = (texts: Texts, props: LogOutProps): View => {
  const { issuer, client, identifier, stayUrl, errors } = props;
  const t = texts.logOut;
  return card(t.title, html`${client ? t.leadClient(client.name) : t.lead(issuer)}`, [
    problems(texts, errors),
    identifier ? html`<p class="whose"><bdi>${identifier}</bdi></p>` : "",
    form(props, html`!${button({ label: t.submit })}!${stayUrl ? linkButton(stayUrl, t.stay, "secondary") : ""}`),
  ]);
};
