import { html } from "ghtml";
import { asking, type PortalProps, portal, rows } from "../portal.ts";
import type { Texts, View } from "../view.ts";
import { day } from "../when.ts";

export interface AccountOrganizationsProps extends PortalProps {
  organizations: {
    id: string;
    name: string;
    /** What the member is called there. */
    title: string | null;
    joinedAt: number;
    canLeave: boolean;
  }[];
}

/** Its forms send `intent=leave` with `id`. */
export const accountOrganizations = (texts: Texts, props: AccountOrganizationsProps): View => {
  const t = texts.organizations;
  const list = props.organizations.map(({ id, name, title, joinedAt, canLeave }) => ({
    title: name,
    facts: [
      title === null ? "" : html`<bdi>${title}</bdi>`,
      t.joined(day(texts, joinedAt, props)),
      canLeave ? "" : html`${t.lastOwner}`,
    ],
    ...(canLeave && {
      end: asking(props, { intent: "leave", id }, { label: t.leave, of: name, question: t.leaveText(name) }),
    }),
  }));
  return portal(texts, props, "organizations", { lead: t.lead, parts: [rows(list, t.none)] });
};
