import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import { isLive } from "../members/live.ts";
import type { Below } from "../purge.ts";

interface Place {
  issuerId: string;
  orgId: string;
}

/** All that stands below an organization, what has a foreign key to another before that other. */
export const belowOrganization = ({ issuerId, orgId }: Place): readonly Below[] => {
  const ids = { issuer_id: issuerId, org_id: orgId };
  return [
    { table: "group_members", ids },
    { table: "members", ids, counted: "members", which: isLive("members") },
    { table: "groups", ids, counted: "groups" },
    { table: "api_keys", ids, counted: "api_keys" },
    { table: "invitations", ids, counted: "invitations", which: sql`status = 'pending'` },
    { table: "sso_domains", ids },
    { table: "oidc_artifacts", ids },
  ];
};

export const isDeleted = async (tx: Tx, { issuerId, orgId }: Place): Promise<boolean> => {
  const rows = tx.from("organizations").select("id").where("issuer_id", "=", issuerId).where("id", "=", orgId);
  return (await rows.where("deleted_at", "is not", null).executeTakeFirst()) !== undefined;
};

export const remove = async (tx: Tx, { issuerId, orgId }: Place): Promise<void> => {
  const rows = tx.delete("organizations").where("issuer_id", "=", issuerId).where("id", "=", orgId);
  await rows.where("deleted_at", "is not", null).execute();
};
