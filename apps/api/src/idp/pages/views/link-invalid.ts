import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface LinkInvalidProps {
  /** Where a new one can be asked for. */
  againUrl?: string | undefined;
}

/** A link of a mail that was used, has expired or was replaced: which of these is nobody's business. */
export const linkInvalid = (texts: Texts, { againUrl }: LinkInvalidProps): View => {
  const t = texts.emailLink;
  return card(t.invalidTitle, html`${t.invalidLead}`, [againUrl ? linkButton(againUrl, t.again) : ""]);
};
