import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface RateLimitedProps {
  retryAfterSeconds: number;
  reference?: string | undefined;
  next?: { label: string; url: string } | undefined;
}

/** It is said of an account that does not exist too. */
export const rateLimited = (texts: Texts, { retryAfterSeconds, reference, next }: RateLimitedProps): View => {
  const t = texts.limited;
  return card(t.title, html`${t.text(Math.ceil(retryAfterSeconds / 60))}`, [
    html`<p class="muted">${t.why}</p>`,
    next ? linkButton(next.url, next.label, "secondary") : "",
    reference
      ? html`<p class="small muted">${texts.failure.reference}: <span class="reference">${reference}</span></p>`
      : "",
  ]);
};
