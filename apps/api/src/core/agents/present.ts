import type { Agent } from "@authpi/schema";
import type { AgentRow } from "./store.ts";

export const present = (row: AgentRow): Agent => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  name: row.name,
  description: row.description,
  model: row.model,
  provider: row.provider,
  version: row.version,
  scopes: row.scopes,
  metadata: row.metadata,
  verifiers: row.verifiers,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
