import type { PersonalToken, PersonalTokenListItem } from "@authpi/schema";
import type { TokenRow } from "./store.ts";

export const present = (row: TokenRow): PersonalToken => ({
  ...common(row),
  restrictions: { scopes: row.scopes, ip_allowlist: row.ip_allowlist },
});

export const presentItem = (row: TokenRow): PersonalTokenListItem => ({
  ...common(row),
  scopes: row.scopes,
  ip_allowlist: row.ip_allowlist,
});

const common = (row: TokenRow) => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  user_id: row.user_id,
  type: "personal_token" as const,
  name: row.name,
  description: row.description,
  tags: row.tags,
  audience: row.audience,
  expires_at: row.expires_at,
  last_used_at: row.last_used_at,
  metadata: row.metadata,
  status: row.shown_status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
