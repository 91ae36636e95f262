import { trustedDevices } from "@authpi/schema";
import { Type } from "typebox";
import { presentInEvent } from "../../../core/trusted-devices/present.ts";
import * as store from "../../../core/trusted-devices/store.ts";
import { tell } from "../../../events/tell.ts";
import { notFound } from "../../../http/problem.ts";
import type { Runtime } from "../../runtime.ts";
import { fingerprintOf } from "../sign-in/second-factor.ts";
import { accountDevices } from "../views/account-devices.ts";
import { deviceName } from "./device-name.ts";
import { accountPage, backTo, changing, reading } from "./visit.ts";

/** The devices on which no second factor is asked for. */
export const devicesPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/devices",
    form: Type.Object({ intent: Type.Enum(["remove", "remove_all"]), id: Type.Optional(Type.String()) }),
    get: async (visit) => {
      const rows = await reading(visit, (tx) => store.list(tx, visit.place, visit.now));
      const here = fingerprintOf(runtime.deps, visit.place.issuer_id, visit.context.request);
      const devices = rows.map((row) => ({
        id: row.id,
        name: row.name ?? deviceName(row.user_agent),
        createdAt: row.trusted_at,
        lastUsedAt: row.last_used_at,
        expiresAt: row.expires_at,
        current: row.fingerprint === here,
      }));
      return visit.context.html(accountDevices(visit.context.texts, { ...visit.props, devices }));
    },
    post: async (visit, { intent, id = "" }) => {
      const { place, now } = visit;
      await changing(visit, "devices", async (tx) => {
        const told = (row: store.TrustedDeviceRow) =>
          tell(tx, trustedDevices, "user.device.revoked", presentInEvent(row));
        if (intent === "remove_all") {
          const removed = await store.removeAll(tx, place);
          return { events: removed.filter(({ expires_at }) => expires_at > now).map(told) };
        }
        const row = await store.find(tx, place, id, now, true);
        if (!row) throw notFound();
        await store.remove(tx, row);
        return { events: [told(row)] };
      });
      return backTo(visit, "devices", "device-removed");
    },
  });
