import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface LoggedOutProps {
  /** The application that asked, and one of its own pages. */
  back?: { client: string; url: string } | undefined;
  signInUrl?: string | undefined;
}

export const loggedOut = (texts: Texts, { back, signInUrl }: LoggedOutProps): View => {
  const t = texts.logOut;
  return card(t.doneTitle, html`${t.doneText}`, [
    back ? linkButton(back.url, t.back(back.client)) : "",
    signInUrl ? linkButton(signInUrl, t.again, "secondary") : "",
  ]);
};
