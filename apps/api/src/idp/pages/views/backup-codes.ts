import { html } from "ghtml";
import { button, card, form, linkButton } from "../components.ts";
import type { Html, Texts, View } from "../view.ts";

export interface BackupCodesProps {
  codes: string[];
  /** How it goes on: by a POST (in the middle of a sign-in), or to a page. */
  next: { csrf: string; action: string } | { url: string };
}

/** Shown once: the address of this page gives nothing again. */
export const backupCodes = (texts: Texts, { codes, next }: BackupCodesProps): View => {
  const t = texts.backupCodes;
  return card(t.title, html`${t.lead}`, [
    codeList(texts, codes),
    html`<p class="muted">${t.hint}</p>`,
    "url" in next ? linkButton(next.url, t.keep) : form(next, button({ label: t.keep })),
  ]);
};

export const codeList = ({ backupCodes: t }: Texts, codes: readonly string[]): Html =>
  html`<ol class="codes" aria-label="${t.list}">!${codes.map((code) => html`<li>${code}</li>`)}</ol>`;
