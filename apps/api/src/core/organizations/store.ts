import {
  type OperandValueExpression,
  type RawBuilder,
  type Selectable,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
  type Updateable,
} from "kysely";
import { containing, jsonb } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import { isLive } from "../members/live.ts";

export type SsoDomainRow = Selectable<Tables["sso_domains"]>;
export type OrganizationRow = Selectable<Tables["organizations"]> & {
  n_members: number;
  n_api_keys: number;
  n_pending_invitations: number;
  sso_domains: SsoDomainRow[];
};
/** A value, or a query for it. */
export type OrgId = OperandValueExpression<Tables, "organizations", "id">;
/** `noKeyUpdate` lets those be who hold it as a parent, and is for them too: two of them would wait for each other with `update`. */
export type RowLock = "update" | "noKeyUpdate";
export interface OrganizationFilters {
  q?: string;
  status?: "active" | "suspended";
  sso_enabled?: boolean;
  sso_only?: boolean;
  mfa_required?: boolean;
  invitation_enabled?: boolean;
}

/**
 * Undefined where there is none. A statement of its own: one that waits for a lock sees what was written meanwhile in the locked row
 * alone, and not in what it counts and lists.
 */
export const lock = (tx: Tx, issuerId: string, id: OrgId, strength: RowLock) =>
  tx
    .from("organizations")
    .select(["issuer_id", "id", "updated_at"])
    .where("issuer_id", "=", issuerId)
    .where("id", "=", id)
    .where("deleted_at", "is", null)
    .$if(strength === "update", (query) => query.forUpdate())
    .$if(strength === "noKeyUpdate", (query) => query.forNoKeyUpdate())
    .executeTakeFirst();

export const one = (tx: Tx, issuerId: string, id: OrgId, now: number) =>
  live(tx, issuerId, now).where("organizations.id", "=", id);

/** Those whose ids the query gives. */
export const several = (
  tx: Tx,
  issuerId: string,
  ids: SelectQueryBuilder<Tables, "accounts", { id: string }>,
  now: number,
) => live(tx, issuerId, now).where("organizations.id", "in", ids);

export const find = async (
  tx: Tx,
  issuerId: string,
  id: string,
  { lock: strength, now }: { lock?: RowLock; now: number },
): Promise<OrganizationRow | undefined> => {
  if (strength && !(await lock(tx, issuerId, id, strength))) return undefined;
  return one(tx, issuerId, id, now).executeTakeFirst();
};

export const list = (tx: Tx, issuerId: string, filters: OrganizationFilters, page: PageRequest, now: number) => {
  let query = live(tx, issuerId, now);
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

/** Like `update`, and frees its domains for others: one statement, that also tells how much goes along. */
export const markDeleted = (
  tx: Tx,
  { issuer_id, id }: OrganizationRow,
  values: Updateable<Tables["organizations"]>,
  counts: RawBuilder<Record<string, number>>,
) =>
  tx.db
    .with("freed", () => tx.delete("sso_domains").where("issuer_id", "=", issuer_id).where("org_id", "=", id))
    .with("organization", () =>
      tx
        .update("organizations")
        .set(values)
        .where("issuer_id", "=", issuer_id)
        .where("id", "=", id)
        .returning(counts.as("counts")),
    )
    .selectFrom("organization")
    .select("counts")
    .executeTakeFirstOrThrow();

const live = (tx: Tx, issuerId: string, now: number) =>
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
        and k.issuer_id = organizations.issuer_id and k.org_id = organizations.id)`.as("n_api_keys"),
      sql<SsoDomainRow[]>`coalesce((select json_agg(d) from sso_domains d where d.account_id = organizations.account_id
        and d.issuer_id = organizations.issuer_id and d.org_id = organizations.id), '[]')`.as("sso_domains"),
      sql<number>`(select count(*) from invitations i where i.account_id = organizations.account_id
        and i.issuer_id = organizations.issuer_id and i.org_id = organizations.id
        and i.status = 'pending' and i.expires_at > ${now})`.as("n_pending_invitations"),
    ]);

const flag = (column: "sso" | "security", key: string) => sql<boolean>`(${sql.ref(column)} ->> ${key})::boolean`;
