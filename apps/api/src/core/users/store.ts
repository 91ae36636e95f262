import type { UserSecurity } from "@authpi/schema";
import { type RawBuilder, type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { containing } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { memberGroups } from "../members/groups.ts";
import { security } from "./security.ts";

export type UserRow = Selectable<Tables["users"]> & { security: UserSecurity };
export interface UserFilters {
  status?: UserRow["status"];
  q?: string;
}

/** A deleted user is found only where that is asked for. */
export const find = (tx: Tx, issuerId: string, id: string, options: { lock: boolean; deleted?: boolean }) =>
  tx
    .from("users")
    .selectAll()
    .select(security)
    .where("issuer_id", "=", issuerId)
    .where("id", "=", id)
    .$if(!options.deleted, (query) => query.where("status", "<>", "deleted"))
    .$if(options.lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, issuerId: string, filters: UserFilters & { usernames?: string[] }, page: PageRequest) => {
  let query = tx.from("users").selectAll().select(security).where("issuer_id", "=", issuerId);
  query = filters.status ? query.where("status", "=", filters.status) : query.where("status", "<>", "deleted");
  if (filters.usernames) query = query.where(sql<SqlBool>`username = any (${filters.usernames})`);
  if (filters.q !== undefined) {
    const pattern = containing(filters.q);
    query = query.where(sql<SqlBool>`(username ilike ${pattern} or profile ->> 'email' ilike ${pattern}
      or profile ->> 'display_name' ilike ${pattern} or profile ->> 'first_name' ilike ${pattern}
      or profile ->> 'last_name' ilike ${pattern})`);
  }
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

/** The user of the name, in any of the forms that the typed text may mean; an email address before the others. */
export const findByName = (
  tx: Tx,
  issuerId: string,
  names: readonly { type: UserRow["username_type"]; name: string }[],
  options: { lock: boolean; deleted?: boolean },
) =>
  tx
    .from("users")
    .selectAll()
    .select(security)
    .where("issuer_id", "=", issuerId)
    .where((eb) =>
      eb.or(names.map(({ type, name }) => eb.and([eb("username_type", "=", type), eb("username", "=", name)]))),
    )
    .$if(!options.deleted, (query) => query.where("status", "<>", "deleted"))
    .orderBy(sql`array_position(array['email', 'phone', 'unique-name'], username_type)`)
    .limit(1)
    .$if(options.lock, (query) => query.forUpdate())
    .executeTakeFirst();

/** Undefined where the name is taken, also by a deleted user. */
export const insert = (tx: Tx, user: Parameters<typeof tx.insert<"users">>[1]) =>
  tx
    .insert("users", user)
    .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "username_type", "username"]).doNothing())
    .returningAll()
    .returning(security)
    .executeTakeFirst();

export const update = (tx: Tx, { issuer_id, id }: UserRow, values: Updateable<Tables["users"]>) =>
  tx
    .update("users")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", id)
    .returningAll()
    .returning(security)
    .executeTakeFirstOrThrow();

/** Like `update`, and tells how much goes along. */
export const markDeleted = (
  tx: Tx,
  { issuer_id, id }: UserRow,
  values: Updateable<Tables["users"]>,
  counts: RawBuilder<Record<string, number>>,
) =>
  tx
    .update("users")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", id)
    .returning(counts.as("counts"))
    .executeTakeFirstOrThrow();

export const memberships = (
  tx: Tx,
  { issuer_id, id }: UserRow,
  { after, limit }: Pick<PageRequest, "after" | "limit">,
) =>
  tx
    .from("members")
    .innerJoin("organizations", (join) =>
      join
        .onRef("organizations.account_id", "=", "members.account_id")
        .onRef("organizations.issuer_id", "=", "members.issuer_id")
        .onRef("organizations.id", "=", "members.org_id"),
    )
    .where("members.issuer_id", "=", issuer_id)
    .where("members.member_id", "=", id)
    .where("organizations.deleted_at", "is", null)
    .$if(after !== undefined, (query) =>
      query.where(sql<SqlBool>`(members.created_at, members.org_id) < (${after?.[0]}, ${after?.[1]})`),
    )
    .selectAll("members")
    .select(["organizations.name as org_name", memberGroups.as("groups")])
    .orderBy("members.created_at", "desc")
    .orderBy("members.org_id", "desc")
    .limit(limit + 1)
    .execute();
