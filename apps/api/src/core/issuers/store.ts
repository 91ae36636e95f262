import { type ExpressionBuilder, type RawBuilder, type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import { issuerChanged } from "../../db/channels.ts";
import { containing } from "../../db/expressions.ts";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";

export type IssuerRow = Selectable<Tables["issuers"]>;
export type IssuerItemRow = IssuerRow & {
  auth_method_count: number;
  enabled_login_method_count: number;
  enabled_signup_method_count: number;
  readiness: Readiness;
};
type Readiness = "ready" | "needs_client" | "needs_login_method";
export interface IssuerFilters {
  q?: string;
  status?: "active" | "disabled";
  access_mode?: string;
  readiness?: Readiness;
}

export const find = (tx: Tx, id: string, lock: boolean) =>
  live(tx)
    .selectAll()
    .where("id", "=", id)
    .$if(lock, (query) => query.forUpdate())
    .executeTakeFirst();

export const list = (tx: Tx, filters: IssuerFilters, page: PageRequest) => {
  let query = live(tx)
    .selectAll("issuers")
    .select((eb) => [
      methodCount(eb, sql`true`).as("auth_method_count"),
      methodCount(eb, loginMethod).as("enabled_login_method_count"),
      methodCount(eb, sql`m.enabled and m.use in ('signup', 'both')`).as("enabled_signup_method_count"),
      readiness.as("readiness"),
    ]);
  if (filters.q !== undefined) {
    const pattern = containing(filters.q);
    query = query.where(sql<SqlBool>`(name ilike ${pattern} or description ilike ${pattern})`);
  }
  if (filters.status !== undefined) query = query.where("status", "=", filters.status);
  if (filters.access_mode !== undefined)
    query = query.where(sql<string>`settings -> 'access' ->> 'mode'`, "=", filters.access_mode);
  if (filters.readiness !== undefined) query = query.where(readiness, "=", filters.readiness);
  if (page.after) query = query.where("id", "<", String(page.after[0]));
  return query
    .orderBy("id", "desc")
    .limit(page.limit + 1)
    .execute();
};

export const insert = (
  tx: Tx,
  issuer: Parameters<typeof tx.insert<"issuers">>[1],
  methods: Parameters<typeof tx.insert<"auth_methods">>[1],
  keys: Parameters<typeof tx.insert<"issuer_signing_keys">>[1],
) =>
  tx.db
    .with("issuer", () => tx.insert("issuers", issuer).returningAll())
    .with("methods", () => tx.insert("auth_methods", methods))
    .with("keys", () => tx.insert("issuer_signing_keys", keys))
    .selectFrom("issuer")
    .selectAll()
    .executeTakeFirstOrThrow();

/** A change that the OIDC runtime must see: its version grows, and every process is told. */
export const update = async (tx: Tx, id: string, values: Updateable<Tables["issuers"]>): Promise<IssuerRow> => {
  const row = await tx
    .update("issuers")
    .set(values)
    .set({ version: sql`version + 1` })
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  await tx.notify(issuerChanged, id);
  return row;
};

/** Like `update`, and ends what was assigned to it: one statement, that also tells how much goes along. */
export const markDeleted = (
  tx: Tx,
  id: string,
  values: Updateable<Tables["issuers"]>,
  counts: RawBuilder<Record<string, number>>,
) =>
  tx.db
    .with("freed", () =>
      tx
        .update("account_domains")
        .set({ assigned_issuer_id: null, assigned_at: values.updated_at })
        .where("assigned_issuer_id", "=", id),
    )
    .with("issuer", () =>
      tx
        .update("issuers")
        .set(values)
        .set({ version: sql`version + 1` })
        .where("id", "=", id)
        .returning(["id", counts.as("counts")]),
    )
    .selectFrom("issuer")
    .select(["counts", sql`pg_notify(${issuerChanged}, id)`.as("told")])
    .executeTakeFirstOrThrow();

const live = (tx: Tx) => tx.from("issuers").where("deleted_at", "is", null);

const loginMethod = sql`m.enabled and m.use in ('login', 'both')`;
const methodsOf = (condition: unknown) =>
  sql`(select count(*) from auth_methods m where m.account_id = issuers.account_id and m.issuer_id = issuers.id and ${condition})`;
const methodCount = (_: ExpressionBuilder<Tables, "issuers">, condition: unknown) =>
  sql<number>`${methodsOf(condition)}`;

/** What keeps users from signing in: first that there is no way to, then that there is no application. */
const readiness = sql<Readiness>`case
  when ${methodsOf(loginMethod)} = 0 then 'needs_login_method'
  when not exists (select from clients c where c.account_id = issuers.account_id and c.issuer_id = issuers.id and c.status = 'active')
    then 'needs_client'
  else 'ready' end`;
