import { html } from "ghtml";
import { card, linkButton } from "../components.ts";
import type { Texts, View } from "../view.ts";

export interface ErrorProps {
  title: string;
  message: string;
  /** The request's id, which finds it in the log. */
  reference: string;
  /** For whoever builds the application: the protocol's own words. */
  detail?: string | undefined;
  /** A way on, where there is a sensible one. */
  next?: { label: string; url: string } | undefined;
}

export const error = (texts: Texts, { title, message, reference, detail, next }: ErrorProps): View =>
  card(title, html`${message}`, [
    detail ? html`<p class="detail">${detail}</p>` : "",
    next ? linkButton(next.url, next.label, "secondary") : "",
    html`<p class="small muted">${texts.failure.reference}: <span class="reference">${reference}</span></p>`,
  ]);
