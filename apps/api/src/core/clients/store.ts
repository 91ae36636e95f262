import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { containing } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type ClientRow = Selectable<Tables["clients"]>;
export interface ClientFilters {
  q?: string;
  name?: string;
  status?: "active" | "disabled" | "deleted";
  application_type?: string;
  readiness?: "ready" | "needs_redirect_uri";
}

export const find = (tx: Tx, issuerId: string, id: string, lock: boolean) =>
  tx
    .from("clients")
    .selectAll()
    .where("issuer_id", "=", issuerId)
    .where("id", "=", id)
    .where("status", "<>", "deleted")
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, issuerId: string, filters: ClientFilters, page: PageRequest) => {
  let query = tx.from("clients").selectAll().where("issuer_id", "=", issuerId);
  query = filters.status ? query.where("status", "=", filters.status) : query.where("status", "<>", "deleted");
  if (filters.q !== undefined) {
    const pattern = containing(filters.q);
    query = query.where(sql<SqlBool>`(name ilike ${pattern} or description ilike ${pattern})`);
  }
  if (filters.name !== undefined) query = query.where("name", "ilike", containing(filters.name));
  if (filters.application_type !== undefined) {
    query = query.where(sql<string>`settings -> 'openid' ->> 'application_type'`, "=", filters.application_type);
  }
  if (filters.readiness !== undefined)
    query = query.where(lacksRedirectUri, "=", filters.readiness === "needs_redirect_uri");
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const insert = (tx: Tx, client: Parameters<typeof tx.insert<"clients">>[1]) =>
  tx.insert("clients", client).returningAll().executeTakeFirstOrThrow();

export const update = (tx: Tx, { issuer_id, id }: ClientRow, values: Updateable<Tables["clients"]>) =>
  tx
    .update("clients")
    .set(values)
    .where("issuer_id", "=", issuer_id)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();

const lacksRedirectUri = sql<boolean>`(settings -> 'openid' -> 'grant_types' ? 'authorization_code'
  and jsonb_array_length(settings -> 'openid' -> 'redirect_uris') = 0)`;
