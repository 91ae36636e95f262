import { trustedDevices } from "@authpi/schema";
import { notFound, Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { present, presentInEvent } from "./present.ts";
import * as store from "./store.ts";
import { DEVICES_MAX, trustDevice } from "./trust.ts";

export const trustedDeviceRoom = room<typeof trustedDevices, store.TrustedDeviceRow>(trustedDevices, {
  load: ({ tx, params, lock, deps }) => store.find(tx, params, params.device_id, deps.clock.now(), lock),
  operations: {
    list: async ({ tx, params, deps }) => {
      const rows = await store.list(tx, params, deps.clock.now());
      if (rows.length === 0 && !(await store.userExists(tx, params))) throw notFound();
      return { data: rows.map(present), has_more: false, next_cursor: null };
    },

    create: async ({ tx, params, body, deps, emit }) => {
      const trusted = await trustDevice(tx, deps, params, body);
      if (trusted.outcome === "unknown") throw notFound();
      if (trusted.outcome === "off") {
        throw new Problem("conflict", "The issuer's settings.security.trusted_devices are off.");
      }
      if (trusted.outcome === "full") {
        throw new Problem("conflict", `A user has at most ${DEVICES_MAX} trusted devices.`);
      }
      const { row, device, previous } = trusted;
      emit("user.device.trusted", device, previous);
      return { device_id: row.id, expires_at: row.expires_at };
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("user.device.revoked", presentInEvent(row));
    },

    revokeAll: async ({ tx, params, deps, emit, unchanged }) => {
      if (!(await store.lockUser(tx, params))) throw notFound();
      const now = deps.clock.now();
      const revoked = (await store.removeAll(tx, params)).filter(({ expires_at }) => expires_at > now);
      for (const row of revoked) emit("user.device.revoked", presentInEvent(row));
      if (revoked.length === 0) unchanged();
      return { revoked_count: revoked.length };
    },
  },
});
