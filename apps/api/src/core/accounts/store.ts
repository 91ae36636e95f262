import type { Selectable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type AccountRow = Selectable<Tables["accounts"]>;

export const find = (tx: Tx, id: string) =>
  tx.from("accounts").selectAll().where("account_id", "=", id).executeTakeFirst();

export const setOwner = (tx: Tx, userId: string | null) =>
  tx.update("accounts").set({ owner_user_id: userId }).execute();

export const hasMember = async (tx: Tx, orgId: string, userId: string): Promise<boolean> => {
  const member = await tx
    .from("members")
    .select("member_id")
    .where("org_id", "=", orgId)
    .where("member_id", "=", userId)
    .where("member_type", "=", "user")
    .where("status", "=", "active")
    .executeTakeFirst();
  return member !== undefined;
};
