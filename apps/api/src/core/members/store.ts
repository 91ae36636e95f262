import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { groupsGive, type MemberGroup, memberGroups } from "./groups.ts";
import { isLive } from "./live.ts";

export type MemberRow = Selectable<Tables["members"]> & { groups: MemberGroup[] };
export interface MemberPlace {
  issuer_id: string;
  org_id: string;
}
export interface MemberFilters {
  status?: "active" | "suspended";
  scope?: string;
  member_type?: "user" | "agent";
}

export const find = (tx: Tx, place: MemberPlace, id: string, lock: boolean) =>
  within(tx, place)
    .where("member_id", "=", id)
    .$if(lock, (query) => query.forUpdate("members"))
    .executeTakeFirst();

export const list = (tx: Tx, place: MemberPlace, filters: MemberFilters, page: PageRequest) => {
  let query = within(tx, place);
  if (filters.status !== undefined) query = query.where("status", "=", filters.status);
  if (filters.member_type !== undefined) query = query.where("member_type", "=", filters.member_type);
  if (filters.scope !== undefined)
    query = query.where(sql<SqlBool>`(${filters.scope} = any (scopes) or ${groupsGive(filters.scope)})`);
  if (page.after) {
    const [createdAt, id] = page.after;
    query = query.where(sql<SqlBool>`(created_at, member_id) < (${createdAt}, ${id})`);
  }
  return query
    .orderBy("created_at", "desc")
    .orderBy("member_id", "desc")
    .limit(page.limit + 1)
    .execute();
};

/** Undefined where it is a member already. */
export const insert = (tx: Tx, member: Parameters<typeof tx.insert<"members">>[1]) =>
  tx
    .insert("members", member)
    .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "org_id", "member_id"]).doNothing())
    .returningAll()
    .executeTakeFirst();

export const update = (tx: Tx, row: MemberRow, values: Updateable<Tables["members"]>) =>
  tx
    .update("members")
    .set(values)
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("member_id", "=", row.member_id)
    .returningAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, row: MemberRow) =>
  tx
    .delete("members")
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("member_id", "=", row.member_id)
    .execute();

/** Locks the organization until the transaction ends, so that two additions do not both see the last free place. */
export const countLocked = async (tx: Tx, place: MemberPlace): Promise<number> => {
  await tx
    .from("organizations")
    .select("id")
    .where("issuer_id", "=", place.issuer_id)
    .where("id", "=", place.org_id)
    .forNoKeyUpdate()
    .execute();
  const { n } = await within(tx, place).clearSelect().select(sql<number>`count(*)`.as("n")).executeTakeFirstOrThrow();
  return n;
};

export const userExists = async (tx: Tx, issuerId: string, id: string): Promise<boolean> => {
  const user = await tx
    .from("users")
    .select("id")
    .where("issuer_id", "=", issuerId)
    .where("id", "=", id)
    .where("status", "<>", "deleted")
    .executeTakeFirst();
  return user !== undefined;
};

/** An agent that is there stays until the transaction ends: its deletion takes along the memberships that it finds. */
export const agentExistsLocked = async (tx: Tx, issuerId: string, id: string): Promise<boolean> => {
  const agent = await tx
    .from("agents")
    .select("id")
    .where("issuer_id", "=", issuerId)
    .where("id", "=", id)
    .forKeyShare()
    .executeTakeFirst();
  return agent !== undefined;
};

/** Users of the root issuer are the installation's: no account sees them, but an account may have them as members. */
export const rootUserExists = async (tx: Tx, id: string): Promise<boolean> => {
  const { rows } = await sql<{ exists: boolean }>`select root_user_exists(${id}) as exists`.execute(tx.db);
  return rows[0]?.exists ?? false;
};

const within = (tx: Tx, place: MemberPlace) =>
  tx
    .from("members")
    .selectAll("members")
    .select(memberGroups.as("groups"))
    .where("members.issuer_id", "=", place.issuer_id)
    .where("members.org_id", "=", place.org_id)
    .where(isLive("members"));
