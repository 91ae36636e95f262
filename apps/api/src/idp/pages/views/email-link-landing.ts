import { html } from "ghtml";
import { button, card, form, problems } from "../components.ts";
import type { FormProps, Texts, View } from "../view.ts";

export interface EmailLinkLandingProps extends FormProps {
  issuer: string;
  /** Whose link it is. */
  identifier?: string | undefined;
}

/** What a link in a mail opens. Programs that look through mail follow links: the button is what signs in. */
export const emailLinkLanding = (texts: Texts, props: EmailLinkLandingProps): View => {
  const { issuer, identifier, errors } = props;
  const t = texts.emailLink;
  return card(t.landingTitle, html`${t.landingLead(issuer)}`, [
    problems(texts, errors),
    identifier
      ? html`<p class="whose"><span><span class="muted">${t.landingAs}</span> <bdi>${identifier}</bdi></span></p>`
      : "",
    form(props, button({ label: t.submit })),
    html`<p class="muted">${t.notYou}</p>`,
  ]);
};
