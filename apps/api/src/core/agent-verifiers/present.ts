import type { AgentVerifier } from "@authpi/schema";
import type { AgentVerifierRow } from "./store.ts";

/** The verifier as the API shows it; never its secret. It has one status: what it could be besides is gone. */
export const present = (row: AgentVerifierRow): AgentVerifier => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  agent_id: row.agent_id,
  type: row.type,
  name: row.name,
  description: row.description,
  credential: row.credential,
  secret_hint: row.secret_hint,
  usage_count: row.usage_count,
  last_used_at: row.last_used_at,
  status: "active",
  status_at: null,
  status_reason: null,
  status_by: null,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
