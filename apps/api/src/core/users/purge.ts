import type { Tx } from "../../db/tx.ts";
import type { Below } from "../purge.ts";

/** How long a deleted user can be restored. */
export const restorableMs = 30 * 86_400_000;

/** When what is left of it goes: the queue's clock is the database's, which may be ahead of ours. */
export const purgeAt = (deletedAt: number): number => deletedAt + restorableMs + 60_000;

interface Deletion {
  issuerId: string;
  userId: string;
  /** A user that was restored meanwhile, and deleted again, waits for the job of that deletion. */
  deletedAt: number;
}

/** All that stands below a user; its places in groups go with its memberships. */
export const belowUser = ({ issuerId, userId }: Pick<Deletion, "issuerId" | "userId">): readonly Below[] => {
  const member = { issuer_id: issuerId, member_id: userId };
  const ids = { issuer_id: issuerId, user_id: userId };
  return [
    { table: "members", ids: member, counted: "memberships" },
    { table: "oidc_artifacts", ids },
    { table: "consents", ids },
    { table: "sessions", ids },
    { table: "personal_tokens", ids },
    { table: "trusted_devices", ids },
    { table: "one_time_codes", ids },
    { table: "user_totp_enrollments", ids },
    { table: "user_verifiers", ids },
  ];
};

export const isStillDeleted = async (tx: Tx, { issuerId, userId, deletedAt }: Deletion): Promise<boolean> => {
  const rows = tx.from("users").select("id").where("issuer_id", "=", issuerId).where("id", "=", userId);
  const user = rows.where("status", "=", "deleted").where("status_at", "=", deletedAt);
  return (await user.executeTakeFirst()) !== undefined;
};

export const remove = async (tx: Tx, { issuerId, userId, deletedAt }: Deletion): Promise<void> => {
  const rows = tx.delete("users").where("issuer_id", "=", issuerId).where("id", "=", userId);
  await rows.where("status", "=", "deleted").where("status_at", "=", deletedAt).execute();
};
