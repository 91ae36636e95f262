import { createHash } from "node:crypto";
import type { User, UserListItem } from "@authpi/schema";
import type { UserRow } from "./store.ts";

export const present = (row: UserRow): User => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  username_type: row.username_type,
  username: row.username,
  profile: row.profile,
  scopes: row.scopes,
  security: row.security,
  compliance: row.compliance,
  preferences: row.preferences,
  approval: row.approval,
  custom_fields: row.custom_fields,
  metadata: row.metadata,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

export const presentItem = (row: UserRow): UserListItem => ({
  ...present(row),
  user_id: row.id,
  username_hash: createHash("sha256").update(row.username).digest("hex"),
  store_id: "default",
  region: null,
});
