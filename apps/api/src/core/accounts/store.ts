import { type Selectable, sql } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";

export type AccountRow = Selectable<Tables["accounts"]>;
export type AccountDomainRow = Selectable<Tables["account_domains"]>;

export const find = (tx: Tx, id: string) =>
  tx.from("accounts").selectAll().where("account_id", "=", id).executeTakeFirst();

/** A query for the id of the account's organization. */
export const orgIdOf = (tx: Tx, id: string) => tx.from("accounts").select("org_id").where("account_id", "=", id);

/** A query for those of the accounts that the transaction reads. */
export const orgIdsOf = (tx: Tx) => tx.from("accounts").select("org_id as id");

export interface Beside {
  account: AccountRow;
  domains: AccountDomainRow[];
}
/** Beside the row of the account's organization: the account itself, and its domains. */
export const beside = (tx: Tx) =>
  sql<Beside>`(select json_build_object('account', a, 'domains',
    coalesce((select json_agg(d) from account_domains d where ${tx.own("d")} and d.account_id = a.account_id), '[]'))
    from accounts a where ${tx.own("a")} and a.account_id = organizations.account_id)`.as("beside");

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
