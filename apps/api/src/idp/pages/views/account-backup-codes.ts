import { html } from "ghtml";
import { linkButton } from "../components.ts";
import { type PortalProps, portal, sections } from "../portal.ts";
import type { Texts, View } from "../view.ts";
import { codeList } from "./backup-codes.ts";

export interface AccountBackupCodesProps extends PortalProps {
  codes: string[];
}

/** The answer to the POST that made them: its address gives nothing again. */
export const accountBackupCodes = (texts: Texts, props: AccountBackupCodesProps): View => {
  const t = texts.backupCodes;
  return portal(texts, props, "secondFactor", {
    title: t.title,
    lead: t.lead,
    parts: [
      codeList(texts, props.codes),
      html`<p class="muted">${t.hint}</p>`,
      html`<p>!${linkButton(props.base + sections.secondFactor, t.keep)}</p>`,
    ],
  });
};
