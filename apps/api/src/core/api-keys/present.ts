import type { ApiKey, ApiKeyListItem } from "@authpi/schema";
import type { ApiKeyRow } from "./store.ts";

/** The key as the API shows it; never its secret. */
export const present = (row: ApiKeyRow, now: number): ApiKey => ({
  ...common(row),
  restrictions: { scopes: row.scopes, ip_allowlist: row.ip_allowlist },
  secret: {
    algorithm: "sha256",
    hint: row.secret_hint,
    last_rotated_at: row.last_rotated_at,
    last_used_at: row.last_used_at,
    previous:
      row.previous_expires_at !== null && row.previous_expires_at > now
        ? { expires_at: row.previous_expires_at, last_used_at: row.previous_last_used_at }
        : null,
  },
});

export const presentItem = (row: ApiKeyRow): ApiKeyListItem => ({
  ...common(row),
  scopes: row.scopes,
  ip_allowlist: row.ip_allowlist,
  secret_hint: row.secret_hint,
  last_rotated_at: row.last_rotated_at,
});

const common = (row: ApiKeyRow) => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  type: "api_key" as const,
  name: row.name,
  description: row.description,
  tags: row.tags,
  expires_at: row.expires_at,
  metadata: row.metadata,
  status: row.shown_status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
