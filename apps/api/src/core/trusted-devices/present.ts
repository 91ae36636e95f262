import type { TrustedDevice } from "@authpi/schema";
import type { TrustedDeviceRow } from "./store.ts";

export const present = (row: TrustedDeviceRow): TrustedDevice => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  user_id: row.user_id,
  fingerprint: row.fingerprint,
  name: row.name,
  user_agent: row.user_agent,
  trusted_at: row.trusted_at,
  expires_at: row.expires_at,
  last_used_at: row.last_used_at,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

/** The device as events tell of it: who knows its fingerprint could pass for it. */
export const presentInEvent = (row: TrustedDeviceRow): Omit<TrustedDevice, "fingerprint"> => {
  const { fingerprint: _, ...device } = present(row);
  return device;
};
