import type { AuthMethod } from "@authpi/schema";
import type { AuthMethodRow } from "./store.ts";

/** The method as the API shows it; never the provider's secret. */
export const present = (row: AuthMethodRow): AuthMethod => {
  const { client_secret: _, ...settings } = row.settings;
  return {
    id: row.id,
    account_id: row.account_id,
    issuer_id: row.issuer_id,
    method: row.method,
    name: row.name,
    enabled: row.enabled,
    use: row.use,
    position: row.position,
    settings,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
};
