import { html } from "ghtml";
import { post } from "../components.ts";
import { type PortalProps, portal, rows } from "../portal.ts";
import type { Texts, View } from "../view.ts";
import { moment } from "../when.ts";

export interface AccountDevicesProps extends PortalProps {
  devices: {
    id: string;
    name: string | null;
    createdAt: number;
    lastUsedAt: number | null;
    expiresAt: number;
    current: boolean;
  }[];
}

/** Its forms send `intent=remove` with `id`, or `intent=remove_all`. */
export const accountDevices = (texts: Texts, props: AccountDevicesProps): View => {
  const { csrf, devices } = props;
  const t = texts.devices;
  const list = devices.map(({ id, name, createdAt, lastUsedAt, expiresAt, current }) => {
    const title = name ?? texts.sessions.unknownDevice;
    const time = (at: number) => moment(texts, at, props);
    return {
      title,
      mark: current ? t.current : undefined,
      facts: [
        html`!${t.trusted(time(createdAt))}, !${texts.portal.until(time(expiresAt))}`,
        lastUsedAt === null ? "" : texts.portal.used(time(lastUsedAt)),
      ],
      end: post({ csrf }, { intent: "remove", id }, { label: texts.portal.remove, kind: "secondary", of: title }),
    };
  });
  const all = post({ csrf }, { intent: "remove_all" }, { label: t.removeAll, kind: "secondary" });
  return portal(texts, props, "devices", {
    lead: t.lead,
    parts: [rows(list, t.none), devices.length > 1 ? all : ""],
  });
};
