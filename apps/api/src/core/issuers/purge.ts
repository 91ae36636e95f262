import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Below } from "../purge.ts";

interface Place {
  issuerId: string;
}

/** All that stands below an issuer, what has a foreign key to another before that other. */
export const belowIssuer = ({ issuerId }: Place): readonly Below[] => {
  const ids = { issuer_id: issuerId };
  return [
    { table: "group_members", ids },
    { table: "members", ids },
    { table: "groups", ids },
    { table: "api_keys", ids },
    { table: "invitations", ids },
    { table: "sso_domains", ids },
    { table: "organizations", ids, counted: "organizations", which: sql`deleted_at is null` },
    { table: "oidc_artifacts", ids },
    { table: "consents", ids },
    { table: "sessions", ids },
    { table: "personal_tokens", ids },
    { table: "denied_tokens", ids },
    { table: "used_assertions", ids },
    { table: "trusted_devices", ids },
    { table: "one_time_codes", ids },
    { table: "user_totp_enrollments", ids },
    { table: "user_verifiers", ids },
    { table: "agent_verifiers", ids },
    { table: "agents", ids, counted: "agents" },
    { table: "mails", ids },
    { table: "captured_mails", ids },
    { table: "clients", ids, counted: "clients", which: sql`status <> 'deleted'` },
    { table: "users", ids, counted: "users", which: sql`status <> 'deleted'` },
    { table: "auth_methods", ids, counted: "auth_methods" },
    { table: "issuer_signing_keys", ids },
  ];
};

export const isDeleted = async (tx: Tx, { issuerId }: Place): Promise<boolean> => {
  const rows = tx.from("issuers").select("id").where("id", "=", issuerId).where("deleted_at", "is not", null);
  return (await rows.executeTakeFirst()) !== undefined;
};

export const remove = async (tx: Tx, { issuerId }: Place): Promise<void> => {
  await tx.delete("issuers").where("id", "=", issuerId).where("deleted_at", "is not", null).execute();
};
