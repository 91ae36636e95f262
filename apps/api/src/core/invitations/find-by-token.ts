import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { statusOf } from "./present.ts";
import type { InvitationRow } from "./store.ts";

/** Where an invitation leads. */
export interface Host {
  id: string;
  issuer_id: string;
  name: string;
  logo_url: string | null;
  max_members: number | null;
  status: "active" | "suspended" | "deleted";
}
export type InvitationState = InvitationRow["status"] | "organization_suspended" | "organization_deleted";
export interface FoundInvitation {
  row: InvitationRow;
  organization: Host;
  /** What became of it; only a `pending` one can be answered. */
  state: InvitationState;
}

/** The invitation that a link leads to; undefined where the token is none, or no longer: a new mail has a new one. */
export const findByToken = async (
  tx: Tx,
  deps: Pick<Deps, "secrets" | "clock">,
  { issuerId, token }: { issuerId: string; token: string },
): Promise<FoundInvitation | undefined> => {
  const found = await tx
    .from("invitations")
    .innerJoin("organizations as o", (join) =>
      join
        .onRef("o.account_id", "=", "invitations.account_id")
        .onRef("o.issuer_id", "=", "invitations.issuer_id")
        .onRef("o.id", "=", "invitations.org_id"),
    )
    .selectAll("invitations")
    .select([
      "o.name as org_name",
      "o.logo_url as org_logo_url",
      "o.max_members as org_max_members",
      sql<Host["status"]>`case when o.deleted_at is null then o.status else 'deleted' end`.as("org_status"),
    ])
    .where("invitations.issuer_id", "=", issuerId)
    .where("invitations.token_mac", "=", deps.secrets.macOf(issuerId, token))
    .executeTakeFirst();
  if (!found) return undefined;
  const { org_name, org_logo_url, org_max_members, org_status, ...row } = found;
  const organization = {
    id: row.org_id,
    issuer_id: row.issuer_id,
    name: org_name,
    logo_url: org_logo_url,
    max_members: org_max_members,
    status: org_status,
  };
  return { row, organization, state: stateOf(row, organization, deps.clock.now()) };
};

const stateOf = (row: InvitationRow, { status: host }: Host, now: number): InvitationState => {
  if (host === "deleted") return "organization_deleted";
  const status = statusOf(row, now);
  return status === "pending" && host === "suspended" ? "organization_suspended" : status;
};
