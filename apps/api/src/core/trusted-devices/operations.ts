import { trustedDevices } from "@authpi/schema";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { present, presentInEvent } from "./present.ts";
import * as store from "./store.ts";

/** Of a user. */
const DEVICES_MAX = 50;

export const trustedDeviceRoom = room<typeof trustedDevices, store.TrustedDeviceRow>(trustedDevices, {
  load: ({ tx, params, lock, deps }) => store.find(tx, params, params.device_id, deps.clock.now(), lock),
  operations: {
    list: async ({ tx, params, deps }) => {
      const rows = await store.list(tx, params, deps.clock.now());
      if (rows.length === 0 && !(await store.userExists(tx, params))) throw notFound();
      return { data: rows.map(present), has_more: false, next_cursor: null };
    },

    create: async ({ tx, params, body, deps, emit }) => {
      const settings = await store.lockUser(tx, params);
      if (!settings) throw notFound();
      if (!settings.enabled) throw new Problem("conflict", "The issuer's settings.security.trusted_devices are off.");
      const now = deps.clock.now();
      const trust = { trusted_at: now, expires_at: now + settings.max_age * 1000 };
      const said = defined({ name: body.name, user_agent: body.user_agent });

      const devices = await store.listAll(tx, params);
      const live = devices.filter(({ expires_at }) => expires_at > now);
      const known = devices.find(({ fingerprint }) => fingerprint === body.fingerprint);
      if (live.length >= DEVICES_MAX && !(known && live.includes(known))) {
        throw new Problem("conflict", `A user has at most ${DEVICES_MAX} trusted devices.`);
      }
      if (known) {
        const row = await store.update(tx, known, { ...said, ...trust, updated_at: nextStamp(now, known) });
        const device = presentInEvent(row);
        emit("user.device.trusted", device, changesBetween(presentInEvent(known), device));
        return { device_id: row.id, expires_at: row.expires_at };
      }
      if (live.length < devices.length) await store.removeExpired(tx, params, now);
      const row = await store.insert(tx, {
        id: deps.ids.make("device"),
        issuer_id: params.issuer_id,
        user_id: params.user_id,
        fingerprint: body.fingerprint,
        ...said,
        ...trust,
        created_at: now,
        updated_at: now,
      });
      emit("user.device.trusted", presentInEvent(row));
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
