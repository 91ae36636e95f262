import type { Issuer, IssuerListItem } from "@authpi/schema";
import type { IssuerItemRow, IssuerRow } from "./store.ts";

export const present = (row: IssuerRow): Issuer => ({
  id: row.id,
  account_id: row.account_id,
  name: row.name,
  description: row.description,
  links: row.links,
  available_scopes: row.available_scopes,
  settings: row.settings,
  metadata: row.metadata,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

export const presentItem = (row: IssuerItemRow): IssuerListItem => ({
  ...present(row),
  access_mode: row.settings.access.mode,
  auth_method_count: row.auth_method_count,
  enabled_login_method_count: row.enabled_login_method_count,
  enabled_signup_method_count: row.enabled_signup_method_count,
  available_scope_count: row.available_scopes.length,
  branding_configured: Object.values(row.settings.branding).some((value) => value !== null),
  readiness: row.readiness,
});
