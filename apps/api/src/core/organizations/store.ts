import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { containing, jsonb } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { isLive } from "../members/live.ts";

export type OrganizationRow = Selectable<Tables["organizations"]> & { n_members: number; n_api_keys: number };
export interface OrganizationFilters {
  q?: string;
  status?: "active" | "suspended";
  sso_enabled?: boolean;
  sso_only?: boolean;
  mfa_required?: boolean;
  invitation_enabled?: boolean;
}

export const find = (tx: Tx, issuerId: string, id: string, lock: boolean) =>
  live(tx, issuerId)
    .where("organizations.id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, issuerId: string, filters: OrganizationFilters, page: PageRequest) => {
  let query = live(tx, issuerId);
  if (filters.q !== undefined) {
    const pattern = containing(filters.q);
    query = query.where(sql<SqlBool>`(name ilike ${pattern} or description ilike ${pattern})`);
  }
  if (filters.status !== undefined) query = query.where("status", "=", filters.status);
  if (filters.sso_enabled !== undefined) query = query.where(flag("sso", "enabled"), "=", filters.sso_enabled);
  if (filters.sso_only !== undefined) query = query.where(flag("sso", "only"), "=", filters.sso_only);
  if (filters.mfa_required !== undefined)
    query = query.where(flag("security", "mfa_required"), "=", filters.mfa_required);
  if (filters.invitation_enabled !== undefined)
    query = query.where("invitation_enabled", "=", filters.invitation_enabled);
  if (page.after) query = query.where("organizations.id", "<", String(page.after[0]));
  return query
    .orderBy("organizations.id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const insert = (tx: Tx, organization: Parameters<typeof tx.insert<"organizations">>[1]) =>
  tx.insert("organizations", organization).returningAll().executeTakeFirstOrThrow();

export const update = (
  tx: Tx,
  { issuer_id, id }: OrganizationRow,
  { social_links, ...values }: Updateable<Tables["organizations"]>,
) =>
  tx
    .update("organizations")
    .set({ ...values, ...(social_links && { social_links: jsonb(social_links) }) })
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();

const live = (tx: Tx, issuerId: string) =>
  tx
    .from("organizations")
    .where("organizations.issuer_id", "=", issuerId)
    .where("organizations.deleted_at", "is", null)
    .selectAll("organizations")
    .select([
      sql<number>`(select count(*) from members m where m.account_id = organizations.account_id
        and m.issuer_id = organizations.issuer_id and m.org_id = organizations.id
        and ${isLive("m")})`.as("n_members"),
      sql<number>`(select count(*) from api_keys k where k.account_id = organizations.account_id
        and k.org_id = organizations.id)`.as("n_api_keys"),
    ]);

const flag = (column: "sso" | "security", key: string) => sql<boolean>`(${sql.ref(column)} ->> ${key})::boolean`;
