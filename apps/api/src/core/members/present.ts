import type { Member } from "@authpi/schema";
import type { MemberRow } from "./store.ts";

export const present = (row: MemberRow): Member => ({
  id: row.member_id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  member_id: row.member_id,
  member_type: row.member_type,
  scopes: row.scopes,
  groups: [],
  effective_scopes: row.scopes.map((scope) => ({ scope, sources: [{ type: "member", group_id: null }] })),
  user_title: row.user_title,
  metadata: row.metadata,
  joined_at: row.created_at,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
