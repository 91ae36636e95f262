import type { Group } from "@authpi/schema";
import type { GroupRow } from "./store.ts";

export const present = (row: GroupRow): Group => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  name: row.name,
  description: row.description,
  scopes: row.scopes,
  metadata: row.metadata,
  n_members: row.n_members,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
