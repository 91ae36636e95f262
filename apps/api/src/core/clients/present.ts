import type { Client, ClientListItem } from "@authpi/schema";
import type { ClientRow } from "./store.ts";

/** The client as the API shows it; never its secret. */
export const present = (row: ClientRow): Client => ({ ...common(row), settings: row.settings, metadata: row.metadata });

export const presentItem = (row: ClientRow): ClientListItem => ({
  ...common(row),
  scopes: row.settings.scopes,
  protocol: row.settings.protocol,
  application_type: row.settings.openid.application_type,
  grant_types: row.settings.openid.grant_types,
  redirect_uri_count: row.settings.openid.redirect_uris.length,
  configuration_indexed: true,
});

const common = (row: ClientRow) => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  name: row.name,
  description: row.description,
  logo_url: row.logo_url,
  type: row.type,
  confidential: row.confidential,
  secret_rotated_at: row.secret_rotated_at,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
