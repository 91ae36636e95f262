import type { UserVerifier } from "@authpi/schema";
import type { VerifierRow } from "./store.ts";

export const present = (row: VerifierRow, now: number): UserVerifier => {
  const locked = lockOf(row, now);
  return {
    id: row.id,
    account_id: row.account_id,
    issuer_id: row.issuer_id,
    user_id: row.user_id,
    type: row.type,
    name: row.name,
    status: locked === null ? "active" : "locked",
    status_at: locked === null ? null : locked - LOCK_MS,
    status_reason: locked === null ? null : "Five wrong codes in a row",
    status_by: null,
    locked_until: locked,
    usage_count: row.usage_count,
    last_used_at: row.last_used_at,
    codes_remaining: row.backup_codes?.length ?? null,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
};

/** How long it is locked. */
export const LOCK_MS = 15 * 60_000;

/** The time until which it is locked; null once that has come. */
export const lockOf = ({ locked_until }: VerifierRow, now: number): number | null =>
  locked_until !== null && locked_until > now ? locked_until : null;
