import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import type { SigningKeyRow } from "../../keys/signing-keys.ts";
import type { statusColumns } from "../status.ts";

export type TokenStatus = "active" | "blocked" | "revoked" | "expired" | "suspended";
/** A token as it stands; `shown_status` is what time and its user make of its own. */
export type TokenRow = Selectable<Tables["personal_tokens"]> & { shown_status: TokenStatus };

export const find = (tx: Tx, id: string, now: number, lock: boolean) =>
  live(tx, now)
    .where("personal_tokens.id", "=", id)
    .$if(lock, (query) => query.forUpdate("personal_tokens"))
    .executeTakeFirst();

export const findOfUser = (tx: Tx, issuerId: string, userId: string, id: string, now: number) =>
  live(tx, now)
    .where("personal_tokens.id", "=", id)
    .where("personal_tokens.issuer_id", "=", issuerId)
    .where("personal_tokens.user_id", "=", userId)
    .where(sql<SqlBool>`exists (select from users u where u.account_id = personal_tokens.account_id
      and u.issuer_id = personal_tokens.issuer_id and u.id = personal_tokens.user_id and u.status <> 'deleted')`)
    .executeTakeFirst();

export const list = (
  tx: Tx,
  { issuer_id, user_id }: { issuer_id: string; user_id: string },
  { status }: { status?: TokenStatus },
  page: Pick<PageRequest, "after" | "limit">,
  now: number,
) =>
  live(tx, now)
    .where("personal_tokens.issuer_id", "=", issuer_id)
    .where("personal_tokens.user_id", "=", user_id)
    .$if(status !== undefined, (query) => query.where(shownStatus(now), "=", status ?? "active"))
    .$if(page.after !== undefined, (query) => query.where("personal_tokens.id", "<", String(page.after?.[0])))
    .orderBy("personal_tokens.id", "desc")
    .limit(page.limit + 1)
    .execute();

/** What the issue of a token depends on, to be asked under the lock of the user. */
export const beforeIssue = async (tx: Tx, issuerId: string, userId: string, now: number) => {
  const ofKey = <T>(column: "kid" | "private_key") => sql<T | null>`(select ${sql.ref(`k.${column}`)}
    from issuer_signing_keys k where ${tx.own("k")} and k.issuer_id = ${issuerId} and k.purpose = 'personal_tokens')`;
  const { active, kid, private_key } = await tx
    .from("personal_tokens")
    .select([
      sql<number>`count(*)`.as("active"),
      ofKey<string>("kid").as("kid"),
      ofKey<Buffer>("private_key").as("private_key"),
    ])
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("status", "=", "active")
    .where("expires_at", ">", now)
    .executeTakeFirstOrThrow();
  return { active, key: kid === null || private_key === null ? undefined : { issuer_id: issuerId, kid, private_key } };
};

export const insert = (tx: Tx, token: Parameters<typeof tx.insert<"personal_tokens">>[1]) =>
  tx.insert("personal_tokens", token).returningAll().executeTakeFirstOrThrow();

export const update = (
  tx: Tx,
  id: string,
  values: Updateable<Tables["personal_tokens"]>,
  now: number,
): Promise<TokenRow> =>
  tx
    .update("personal_tokens")
    .set(values)
    .where("id", "=", id)
    .returningAll()
    .returning(shownStatus(now).as("shown_status"))
    .executeTakeFirstOrThrow();

export const remove = (tx: Tx, id: string) => tx.delete("personal_tokens").where("id", "=", id).execute();

/** Ends every token of the user that has not ended: a query for their ids. */
export const revokeOfUser = (
  tx: Tx,
  issuerId: string,
  userId: string,
  columns: ReturnType<typeof statusColumns<"revoked">>,
) =>
  tx
    .update("personal_tokens")
    .set({ ...columns, updated_at: sql<number>`greatest(${columns.status_at}::bigint, updated_at + 1)` })
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("status", "<>", "revoked")
    .where("expires_at", ">", columns.status_at)
    .returning("id");

export type SigningKey = Pick<SigningKeyRow, "issuer_id" | "kid" | "private_key">;

export const findKey = (tx: Tx, issuerId: string): Promise<SigningKey | undefined> =>
  tx
    .from("issuer_signing_keys")
    .select(["issuer_id", "kid", "private_key"])
    .where("issuer_id", "=", issuerId)
    .where("purpose", "=", "personal_tokens")
    .executeTakeFirst();

/** Of two who make the issuer's first, the later one waits here for the other's, and then finds it. */
export const insertKey = (tx: Tx, key: SigningKeyRow) =>
  tx
    .insert("issuer_signing_keys", { ...key, purpose: "personal_tokens" })
    .onConflict((conflict) => conflict.doNothing())
    .execute();

/** The tokens whose issuer is not deleted. */
const live = (tx: Tx, now: number) =>
  tx
    .from("personal_tokens")
    .innerJoin("issuers", (join) => join.on(tx.own("issuers")).onRef("issuers.id", "=", "personal_tokens.issuer_id"))
    .where("issuers.deleted_at", "is", null)
    .selectAll("personal_tokens")
    .select(shownStatus(now).as("shown_status"));

const shownStatus = (now: number) => sql<TokenStatus>`case
  when personal_tokens.status = 'revoked' then 'revoked'
  when personal_tokens.expires_at <= ${now} then 'expired'
  when personal_tokens.status = 'blocked' then 'blocked'
  when not exists (select from users u where u.account_id = personal_tokens.account_id
    and u.issuer_id = personal_tokens.issuer_id and u.id = personal_tokens.user_id and u.status = 'active') then 'suspended'
  else 'active' end`;
