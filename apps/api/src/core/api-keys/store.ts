import { type Selectable, type SelectQueryBuilder, type SqlBool, sql, type Updateable } from "kysely";
import { containing } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type ApiKeyStatus = "active" | "blocked" | "revoked" | "expired" | "suspended";
/** A key as it stands; `shown_status` is what time and the organization make of its own. */
export type ApiKeyRow = Selectable<Tables["api_keys"]> & {
  shown_status: ApiKeyStatus;
  /** The catalogues of where it lives. */
  issuer_scopes: string[];
  org_scopes: string[];
};

export interface ApiKeyFilters {
  q?: string;
  status?: ApiKeyStatus;
  access?: "unrestricted" | "ip_restricted";
  readiness?: "ready" | "no_scopes" | "expiring_soon";
}
export interface ApiKeyPlace {
  issuerId: string;
  orgId: string;
}

export const find = (tx: Tx, id: string, place: ApiKeyPlace | undefined, now: number, lock: boolean) =>
  live(tx, now)
    .where("api_keys.id", "=", id)
    .$if(place !== undefined, (query) =>
      query.where("api_keys.issuer_id", "=", place?.issuerId ?? "").where("api_keys.org_id", "=", place?.orgId ?? ""),
    )
    .$if(lock, (query) => query.forUpdate("api_keys"))
    .executeTakeFirst();

/** A key that is known to be there: it was written in this transaction. */
export const get = (tx: Tx, id: string, now: number) =>
  live(tx, now).where("api_keys.id", "=", id).executeTakeFirstOrThrow();

export const list = (tx: Tx, place: ApiKeyPlace, filters: ApiKeyFilters, page: PageRequest, now: number) =>
  live(tx, now)
    .where("api_keys.issuer_id", "=", place.issuerId)
    .where("api_keys.org_id", "=", place.orgId)
    .$call((query) => filtered(query, filters, now))
    .$if(page.after !== undefined, (query) => query.where("api_keys.id", "<", String(page.after?.[0])))
    .orderBy("api_keys.id", "desc")
    .limit(page.limit + 1)
    .execute();

export const insert = (tx: Tx, key: Parameters<typeof tx.insert<"api_keys">>[1]) =>
  tx.insert("api_keys", key).returningAll().executeTakeFirstOrThrow();

export const update = (tx: Tx, id: string, values: Updateable<Tables["api_keys"]>) =>
  tx.update("api_keys").set(values).where("id", "=", id).execute();

export const remove = (tx: Tx, id: string) => tx.delete("api_keys").where("id", "=", id).execute();

type Query = SelectQueryBuilder<Tables, "api_keys" | "organizations", ApiKeyRow>;

/** The keys whose organization and issuer are not deleted. */
const live = (tx: Tx, now: number): Query =>
  tx
    .from("api_keys")
    .innerJoin("organizations", (join) =>
      join
        .onRef("organizations.account_id", "=", "api_keys.account_id")
        .onRef("organizations.issuer_id", "=", "api_keys.issuer_id")
        .onRef("organizations.id", "=", "api_keys.org_id"),
    )
    .where("organizations.deleted_at", "is", null)
    // The root issuer is nobody's to see, and cannot be deleted.
    .where(
      sql<SqlBool>`not exists (select from issuers i where i.id = api_keys.issuer_id and i.deleted_at is not null)`,
    )
    .selectAll("api_keys")
    .select([
      shownStatus(now).as("shown_status"),
      sql<string[]>`coalesce((select i.available_scopes from issuers i where i.id = api_keys.issuer_id), '{}')`.as(
        "issuer_scopes",
      ),
      "organizations.scopes as org_scopes",
    ]);

const shownStatus = (now: number) => sql<ApiKeyStatus>`case
  when api_keys.status = 'revoked' then 'revoked'
  when api_keys.expires_at <= ${now} then 'expired'
  when api_keys.status = 'blocked' then 'blocked'
  when organizations.status = 'suspended' then 'suspended'
  else 'active' end`;

const FORTNIGHT = 14 * 86_400_000;

const filtered = (query: Query, { q, status, access, readiness }: ApiKeyFilters, now: number): Query => {
  const soon = sql<SqlBool>`(api_keys.expires_at > ${now} and api_keys.expires_at <= ${now + FORTNIGHT})`;
  const scopeless = sql<SqlBool>`api_keys.scopes = '{}'`;
  let narrowed = query;
  if (q !== undefined) {
    const pattern = containing(q);
    narrowed = narrowed.where(sql<SqlBool>`(api_keys.name ilike ${pattern} or api_keys.description ilike ${pattern}
      or exists (select from unnest(api_keys.tags) tag where tag ilike ${pattern}))`);
  }
  if (status !== undefined) narrowed = narrowed.where(shownStatus(now), "=", status);
  if (access === "unrestricted") narrowed = narrowed.where(sql<SqlBool>`api_keys.ip_allowlist = '{}'`);
  if (access === "ip_restricted") narrowed = narrowed.where(sql<SqlBool>`api_keys.ip_allowlist <> '{}'`);
  if (readiness === "no_scopes") narrowed = narrowed.where(scopeless);
  if (readiness === "expiring_soon") narrowed = narrowed.where(soon);
  if (readiness === "ready") {
    narrowed = narrowed
      .where(shownStatus(now), "=", "active")
      .where(sql<SqlBool>`not ${scopeless} and ${soon} is not true`);
  }
  return narrowed;
};
