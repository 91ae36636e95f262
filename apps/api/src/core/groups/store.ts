import { type Selectable, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { isLive } from "../members/live.ts";

export type GroupRow = Selectable<Tables["groups"]> & { n_members: number };
export interface GroupPlace {
  issuer_id: string;
  org_id: string;
}

export const find = (tx: Tx, place: GroupPlace, id: string, lock: boolean) =>
  within(tx, place)
    .where("groups.id", "=", id)
    .$if(lock, (query) => query.forUpdate("groups"))
    .executeTakeFirst();

export const list = (tx: Tx, place: GroupPlace, page: PageRequest) => {
  let query = within(tx, place);
  if (page.after) query = query.where("groups.id", "<", String(page.after[0]));
  return query
    .orderBy("groups.id", "desc")
    .limit(page.limit + 1)
    .execute();
};

/** Undefined where the name is taken. */
export const insert = (tx: Tx, group: Parameters<typeof tx.insert<"groups">>[1]) =>
  tx
    .insert("groups", group)
    .onConflict((conflict) => conflict.columns(["account_id", "issuer_id", "org_id", "name"]).doNothing())
    .returningAll()
    .executeTakeFirst();

export const update = (tx: Tx, row: GroupRow, values: Updateable<Tables["groups"]>) =>
  tx
    .update("groups")
    .set(values)
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("id", "=", row.id)
    .returningAll()
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, row: GroupRow) =>
  tx
    .delete("groups")
    .where("issuer_id", "=", row.issuer_id)
    .where("org_id", "=", row.org_id)
    .where("id", "=", row.id)
    .execute();

const within = (tx: Tx, place: GroupPlace) =>
  tx
    .from("groups")
    .selectAll("groups")
    .select(
      sql<number>`(select count(*) from group_members gm where gm.account_id = groups.account_id
        and gm.issuer_id = groups.issuer_id and gm.org_id = groups.org_id and gm.group_id = groups.id
        and ${isLive("gm")})`.as("n_members"),
    )
    .where("groups.issuer_id", "=", place.issuer_id)
    .where("groups.org_id", "=", place.org_id);
