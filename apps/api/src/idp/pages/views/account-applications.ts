import { html } from "ghtml";
import { asking, type PortalProps, portal, rows } from "../portal.ts";
import type { Texts, View } from "../view.ts";
import { day } from "../when.ts";

export interface AccountApplicationsProps extends PortalProps {
  applications: { id: string; name: string; scopes: string[]; grantedAt: number }[];
}

/** Its forms send `intent=revoke` with `id`. */
export const accountApplications = (texts: Texts, props: AccountApplicationsProps): View => {
  const t = texts.applications;
  const words = texts.consent;
  const list = props.applications.map(({ id, name, scopes, grantedAt }) => ({
    title: name,
    facts: [
      t.since(day(texts, grantedAt, props)),
      ...scopes.map((scope) => html`${Object.hasOwn(words.scopes, scope) ? words.scopes[scope] : words.other(scope)}`),
    ],
    end: asking(props, { intent: "revoke", id }, { label: t.revoke, of: name, question: t.revokeText(name) }),
  }));
  return portal(texts, props, "applications", { lead: t.lead, parts: [rows(list, t.none)] });
};
