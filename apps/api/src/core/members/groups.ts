import { type SqlBool, sql } from "kysely";
import type { Tx } from "../../db/tx.ts";

/** A group as a membership shows it. */
export interface MemberGroup {
  id: string;
  scopes: string[];
}
interface Place {
  issuer_id: string;
  org_id: string;
}

const joined = sql`from group_members gm join groups g on g.account_id = gm.account_id and g.issuer_id = gm.issuer_id
  and g.org_id = gm.org_id and g.id = gm.group_id
  where gm.account_id = members.account_id and gm.issuer_id = members.issuer_id and gm.org_id = members.org_id
    and gm.member_id = members.member_id`;

/** A column of `members`: the groups of the row, in the order of their ids. */
export const memberGroups = sql<MemberGroup[]>`(select coalesce(
  jsonb_agg(jsonb_build_object('id', g.id, 'scopes', g.scopes) order by g.id), '[]') ${joined})`;

/** Whether one of the row's groups gives the scope. */
export const groupsGive = (scope: string) => sql<SqlBool>`exists (select ${joined} and ${scope} = any (g.scopes))`;

/** Those of the ids that are groups of the organization, held until the transaction ends. */
export const findGroups = (tx: Tx, place: Place, ids: readonly string[]): Promise<MemberGroup[]> =>
  tx
    .from("groups")
    .select(["id", "scopes"])
    .where("issuer_id", "=", place.issuer_id)
    .where("org_id", "=", place.org_id)
    .where("id", "in", ids)
    .orderBy("id")
    .forKeyShare()
    .execute();

export interface Entry extends Place {
  member_id: string;
  created_at: number;
}

export const enterGroups = async (
  tx: Tx,
  { issuer_id, org_id, member_id, created_at }: Entry,
  ids: readonly string[],
) => {
  if (ids.length === 0) return;
  const rows = ids.map((group_id) => ({ issuer_id, org_id, group_id, member_id, created_at }));
  await tx
    .insert("group_members", rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
};

export const leaveGroups = async (tx: Tx, place: Omit<Entry, "created_at">, ids: readonly string[]) => {
  if (ids.length === 0) return;
  await tx
    .delete("group_members")
    .where("issuer_id", "=", place.issuer_id)
    .where("org_id", "=", place.org_id)
    .where("member_id", "=", place.member_id)
    .where("group_id", "in", ids)
    .execute();
};
