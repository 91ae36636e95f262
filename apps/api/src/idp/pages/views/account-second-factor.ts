import { html } from "ghtml";
import { linkButton, post } from "../components.ts";
import { asking, type PortalProps, part, portal, type Row, rows } from "../portal.ts";
import type { Html, Texts, View } from "../view.ts";
import { moment } from "../when.ts";

export interface AccountSecondFactorProps extends PortalProps {
  apps: { id: string; name: string; createdAt: number; lastUsedAt: number | null }[];
  /** `null`: none were ever made; `undefined`: the issuer has no such method. */
  backupCodesRemaining?: number | null | undefined;
  addUrl?: string | undefined;
  /** Whether the last one can go. */
  removable: boolean;
}

/** Its forms send `intent=remove` with `id`, or `intent=backup_codes`. */
export const accountSecondFactor = (texts: Texts, props: AccountSecondFactorProps): View => {
  const { apps, backupCodesRemaining, addUrl, removable } = props;
  const t = texts.factors;
  const lastStays = apps.length === 1 && !removable;
  return portal(texts, props, "secondFactor", {
    lead: t.lead,
    parts: [
      part(
        t.appsTitle,
        rows(
          apps.map((app) => rowOf(texts, props, app, !lastStays)),
          t.none,
        ),
        lastStays ? html`<p class="muted small">${t.required}</p>` : "",
        addUrl ? html`<p>!${linkButton(addUrl, t.add, apps.length > 0 ? "secondary" : "primary")}</p>` : "",
      ),
      backupCodesRemaining === undefined ? "" : part(t.codesTitle, codes(texts, props, backupCodesRemaining)),
    ],
  });
};

const rowOf = (
  texts: Texts,
  props: AccountSecondFactorProps,
  { id, name, createdAt, lastUsedAt }: AccountSecondFactorProps["apps"][number],
  removable: boolean,
): Row => ({
  title: name,
  facts: [
    texts.portal.added(moment(texts, createdAt, props)),
    lastUsedAt === null ? texts.portal.neverUsed : texts.portal.used(moment(texts, lastUsedAt, props)),
  ],
  ...(removable && {
    end: asking(
      props,
      { intent: "remove", id },
      { label: texts.portal.remove, of: name, question: texts.factors.remove(name) },
    ),
  }),
});

const codes = ({ factors: t }: Texts, { csrf, apps }: AccountSecondFactorProps, remaining: number | null): Html => {
  const fields = { intent: "backup_codes" };
  if (remaining !== null) {
    return html`<p>${t.codesLeft(remaining)}</p>!${asking({ csrf }, fields, { label: t.codesAgain, question: t.codesConfirm })}`;
  }
  const make = apps.length > 0 ? post({ csrf }, fields, { label: t.codesMake, kind: "secondary" }) : "";
  return html`<p>${t.codesNone}</p>!${make}`;
};
