import { html } from "ghtml";
import { post } from "../components.ts";
import { asking, type PortalProps, portal, rows } from "../portal.ts";
import { apart } from "../texts/isolated.ts";
import type { Texts, View } from "../view.ts";
import { moment } from "../when.ts";

export interface AccountSessionsProps extends PortalProps {
  sessions: {
    id: string;
    device: string | null;
    /** A place or an address, as far as either is known. */
    place: string | null;
    createdAt: number;
    lastActivityAt: number;
    current: boolean;
    /** The names of the applications that it is used with. */
    applications: string[];
  }[];
}

/** Its forms send `intent=revoke` with `id`, or `intent=revoke_others`. */
export const accountSessions = (texts: Texts, props: AccountSessionsProps): View => {
  const { csrf, sessions } = props;
  const t = texts.sessions;
  const list = sessions.map(({ id, device, place, createdAt, lastActivityAt, current, applications }) => {
    const title = device ?? t.unknownDevice;
    const end = post({ csrf }, { intent: "revoke", id }, { label: t.end, kind: "secondary", of: title });
    return {
      title,
      mark: current ? t.current : undefined,
      facts: [
        place === null ? "" : html`<bdi>${place}</bdi>`,
        html`!${t.active(moment(texts, lastActivityAt, props))} · !${t.started(moment(texts, createdAt, props))}`,
        applications.length === 0 ? "" : html`${t.applications} <bdi>${listOf(texts, applications)}</bdi>`,
      ],
      ...(!current && { end }),
    };
  });
  const others = asking({ csrf }, { intent: "revoke_others" }, { label: t.endOthers, question: t.endOthersText });
  return portal(texts, props, "sessions", {
    lead: t.lead,
    parts: [rows(list, t.none), sessions.some(({ current }) => !current) ? others : ""],
  });
};

const listOf = ({ locale }: Texts, names: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: "conjunction" }).format(names.map(apart));
