import type { Invitation } from "@authpi/schema";
import type { InvitationRow } from "./store.ts";

export const present = (row: InvitationRow, now: number): Invitation => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  email_invited: row.email_invited,
  user_id_invited: row.user_id_invited,
  scopes: row.scopes,
  groups: row.groups,
  user_title: row.user_title,
  message: row.message,
  locale: row.locale,
  inviter: row.inviter,
  expires_in_seconds: row.expires_in_seconds,
  metadata: row.metadata,
  status: statusOf(row, now),
  status_at:
    row.accepted_at ?? row.declined_at ?? row.revoked_at ?? (statusOf(row, now) === "expired" ? row.expires_at : null),
  status_reason: row.status_reason,
  status_by: row.status_by,
  expires_at: row.expires_at,
  accepted_at: row.accepted_at,
  declined_at: row.declined_at,
  revoked_at: row.revoked_at,
  last_email_sent_at: row.last_email_sent_at,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

/** Time ends an invitation before the job has written it down. */
export const statusOf = (
  { status, expires_at }: Pick<InvitationRow, "status" | "expires_at">,
  now: number,
): InvitationRow["status"] => (status === "pending" && expires_at <= now ? "expired" : status);
