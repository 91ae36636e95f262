import { html } from "ghtml";
import { linkButton } from "../components.ts";
import { type PortalProps, portal, sections } from "../portal.ts";
import type { Texts, View } from "../view.ts";

export interface AccountTokenCreatedProps extends PortalProps {
  name: string;
  token: string;
}

/** The answer to the POST that made it: its address gives nothing again. */
export const accountTokenCreated = (texts: Texts, props: AccountTokenCreatedProps): View => {
  const { base, name, token } = props;
  const t = texts.tokens;
  return portal(texts, props, "tokens", {
    title: t.createdTitle,
    lead: t.createdLead(name),
    parts: [
      html`<p class="secret block" role="group" aria-label="${t.token}" tabindex="0">${token}</p>`,
      html`<p>!${linkButton(base + sections.tokens, texts.form.done)}</p>`,
    ],
  });
};
