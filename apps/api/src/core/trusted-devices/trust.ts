import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { nextStamp } from "../../http/etag.ts";
import { presentInEvent } from "./present.ts";
import * as store from "./store.ts";

/** Of a user. */
export const DEVICES_MAX = 50;

export type Trusted =
  | { outcome: "trusted"; row: store.TrustedDeviceRow; device: object; previous: object | undefined }
  /** There is no such user. */
  | { outcome: "unknown" }
  /** The issuer has them switched off. */
  | { outcome: "off" }
  /** The user has as many as may be. */
  | { outcome: "full" };

export interface Device {
  fingerprint: string;
  name?: string | null | undefined;
  user_agent?: string | null | undefined;
}

/** The user trusts a device from now on; one that is known for that much longer. */
export const trustDevice = async (
  tx: Tx,
  deps: Pick<Deps, "ids" | "clock">,
  { issuer_id, user_id }: store.UserPlace,
  { fingerprint, name, user_agent }: Device,
): Promise<Trusted> => {
  const place = { issuer_id, user_id };
  const settings = await store.lockUser(tx, place);
  if (!settings) return { outcome: "unknown" };
  if (!settings.enabled) return { outcome: "off" };
  const now = deps.clock.now();
  const trust = { trusted_at: now, expires_at: now + settings.max_age * 1000 };
  const said = defined({ name, user_agent });

  const devices = await store.listAll(tx, place);
  const live = devices.filter(({ expires_at }) => expires_at > now);
  const known = devices.find((device) => device.fingerprint === fingerprint);
  if (live.length >= DEVICES_MAX && !(known && live.includes(known))) return { outcome: "full" };
  if (known) {
    const row = await store.update(tx, known, { ...said, ...trust, updated_at: nextStamp(now, known) });
    const device = presentInEvent(row);
    return { outcome: "trusted", row, device, previous: changesBetween(presentInEvent(known), device) };
  }
  if (live.length < devices.length) await store.removeExpired(tx, place, now);
  const row = await store.insert(tx, {
    id: deps.ids.make("device"),
    ...place,
    fingerprint,
    ...said,
    ...trust,
    created_at: now,
    updated_at: now,
  });
  return { outcome: "trusted", row, device: presentInEvent(row), previous: undefined };
};
