import { type SqlBool, sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { isLive } from "../members/live.ts";

export interface GroupMemberPlace {
  issuer_id: string;
  org_id: string;
  group_id: string;
}
export interface GroupMemberRow extends GroupMemberPlace {
  account_id: string;
  member_id: string;
  member_type: "user" | "agent";
  created_at: number;
}

export const find = (tx: Tx, place: GroupMemberPlace, memberId: string, lock: boolean) =>
  within(tx, place)
    .where("group_members.member_id", "=", memberId)
    .$if(lock, (query) => query.forUpdate("group_members"))
    .executeTakeFirst();

export const list = (tx: Tx, place: GroupMemberPlace, page: PageRequest) => {
  let query = within(tx, place);
  if (page.after) {
    const [createdAt, id] = page.after;
    query = query.where(sql<SqlBool>`(group_members.created_at, group_members.member_id) < (${createdAt}, ${id})`);
  }
  return query
    .orderBy("group_members.created_at", "desc")
    .orderBy("group_members.member_id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const groupExists = async (tx: Tx, { issuer_id, org_id, group_id }: GroupMemberPlace): Promise<boolean> => {
  const found = tx.from("groups").select("id").where("issuer_id", "=", issuer_id).where("org_id", "=", org_id);
  return (await found.where("id", "=", group_id).executeTakeFirst()) !== undefined;
};

/** A member of the organization beside the group that it may come into; undefined where one of the two is not there. */
export const findCandidate = (tx: Tx, place: GroupMemberPlace, memberId: string) =>
  tx
    .from("members")
    .innerJoin("groups", (join) =>
      join
        .onRef("groups.account_id", "=", "members.account_id")
        .onRef("groups.issuer_id", "=", "members.issuer_id")
        .onRef("groups.org_id", "=", "members.org_id"),
    )
    .select(["members.member_type", "groups.scopes"])
    .where("members.issuer_id", "=", place.issuer_id)
    .where("members.org_id", "=", place.org_id)
    .where("members.member_id", "=", memberId)
    .where("groups.id", "=", place.group_id)
    .where(isLive("members"))
    .forKeyShare()
    .executeTakeFirst();

/** Undefined where it came in meanwhile. */
export const insert = (tx: Tx, entry: GroupMemberPlace & { member_id: string; created_at: number }) =>
  tx
    .insert("group_members", entry)
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst();

export const remove = (tx: Tx, row: GroupMemberRow) =>
  tx
    .delete("group_members")
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("group_id", "=", row.group_id)
    .where("member_id", "=", row.member_id)
    .execute();

const within = (tx: Tx, place: GroupMemberPlace) =>
  tx
    .from("group_members")
    .innerJoin("members", (join) =>
      join
        .onRef("members.account_id", "=", "group_members.account_id")
        .onRef("members.issuer_id", "=", "group_members.issuer_id")
        .onRef("members.org_id", "=", "group_members.org_id")
        .onRef("members.member_id", "=", "group_members.member_id"),
    )
    .selectAll("group_members")
    .select("members.member_type")
    .where("group_members.issuer_id", "=", place.issuer_id)
    .where("group_members.org_id", "=", place.org_id)
    .where("group_members.group_id", "=", place.group_id)
    .where(isLive("members"));
