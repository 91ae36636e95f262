import { type Selectable, type SqlBool, sql, type Updateable } from "kysely";
import type { Tables } from "../../db/tables.generated.ts";
import type { Tx } from "../../db/tx.ts";
import type { PageRequest } from "../../http/cursor.ts";
import type { statusColumns } from "../status.ts";
import { type EndedSession, returned } from "./backchannel.ts";

export type SessionStatus = "inactive" | "active" | "suspended" | "revoked" | "expired";
/** A session as it stands; `shown_status` is what time, and the op session that it hangs off, make of its own. */
export type SessionRow = Selectable<Tables["sessions"]> & { shown_status: SessionStatus; client_name: string | null };
export interface SessionFilters {
  user_id?: string;
  client_id?: string;
  status?: SessionStatus;
}

export const find = (tx: Tx, issuerId: string, id: string, now: number, lock: boolean) =>
  all(tx, issuerId, now)
    .where("sessions.id", "=", id)
    .$if(lock, (query) => query.forUpdate("sessions"))
    .executeTakeFirst();

/** A session that is known to be there: it was written in this transaction. */
export const get = (tx: Tx, { issuer_id, id }: SessionRow, now: number) =>
  all(tx, issuer_id, now).where("sessions.id", "=", id).executeTakeFirstOrThrow();

export const list = (
  tx: Tx,
  issuerId: string,
  filters: SessionFilters,
  page: Pick<PageRequest, "limit" | "after">,
  now: number,
) => {
  let query = all(tx, issuerId, now);
  if (filters.user_id !== undefined) query = query.where("sessions.user_id", "=", filters.user_id);
  if (filters.client_id !== undefined) query = query.where("sessions.client_id", "=", filters.client_id);
  if (filters.status !== undefined) query = query.where(shownStatus(now), "=", filters.status);
  if (page.after) query = query.where("sessions.id", "<", String(page.after[0]));
  return query
    .orderBy("sessions.id", "desc")
    .limit(page.limit + 1)
    .execute();
};

type Stamped<S extends string> = ReturnType<typeof statusColumns<S>>;

export const setStatus = (
  tx: Tx,
  { issuer_id, id }: SessionRow,
  columns: Stamped<"active" | "suspended"> & { updated_at: number },
) => tx.update("sessions").set(columns).where("issuer_id", "=", issuer_id).where("id", "=", id).execute();

/** A session and what hangs off it, in one statement; all that ended. */
export const revoke = (tx: Tx, { issuer_id, id }: SessionRow, columns: Stamped<"revoked">): Promise<EndedSession[]> =>
  ending(tx, columns)
    .where("issuer_id", "=", issuer_id)
    .where((eb) => eb.or([eb("id", "=", id), eb("op_session_id", "=", id)]))
    .returning(returned(tx))
    .execute();

/** Ends every session of the user that has not ended, but for one and what hangs off it: a query for what ended. */
export const revokeOfUser = (tx: Tx, issuerId: string, userId: string, columns: Stamped<"revoked">, kept?: string) =>
  ending(tx, columns)
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .$if(kept !== undefined, (query) =>
      query.where(sql<SqlBool>`id <> ${kept} and op_session_id is distinct from ${kept}`),
    )
    .where(sql<SqlBool>`not ${hasExpired(columns.status_at)}`)
    .returning(returned(tx));

/** Every session at the client that has not ended, as ids. */
export const revokeOfClient = (
  tx: Tx,
  { issuer_id, id }: { issuer_id: string; id: string },
  columns: Stamped<"revoked">,
) =>
  ending(tx, columns)
    .where("issuer_id", "=", issuer_id)
    .where("client_id", "=", id)
    .where(sql<SqlBool>`not ${hasExpired(columns.status_at)}`)
    .returning("id")
    .execute();

/** Ends those of these ids that have not ended, and what hangs off them; all that ended. */
export const revokeByIds = (
  tx: Tx,
  issuerId: string,
  ids: readonly string[],
  columns: Stamped<"revoked">,
  more: Updateable<Tables["sessions"]> = {},
) =>
  ending(tx, columns, more)
    .where("issuer_id", "=", issuerId)
    .where((eb) => eb.or([eb("id", "in", ids), eb("op_session_id", "in", ids)]))
    .returning(returned(tx))
    .execute();

/** The sessions of these ids, newest first. */
export const byIds = (tx: Tx, issuerId: string, ids: readonly string[], now: number) =>
  all(tx, issuerId, now).where("sessions.id", "in", ids).orderBy("sessions.id", "desc").execute();

const ending = (tx: Tx, columns: Stamped<"revoked">, more: Updateable<Tables["sessions"]> = {}) =>
  tx
    .update("sessions")
    .set({
      ...more,
      ...columns,
      revoked_at: columns.status_at,
      revoked_reason: columns.status_reason,
      updated_at: sql<number>`greatest(${columns.status_at}::bigint, updated_at + 1)`,
    })
    .where("status", "<>", "revoked");

const all = (tx: Tx, issuerId: string, now: number) =>
  tx
    .from("sessions")
    .leftJoin("sessions as op", (join) =>
      join
        .on(tx.own("op"))
        .onRef("op.issuer_id", "=", "sessions.issuer_id")
        .onRef("op.id", "=", "sessions.op_session_id"),
    )
    .leftJoin("clients", (join) =>
      join
        .on(tx.own("clients"))
        .onRef("clients.issuer_id", "=", "sessions.issuer_id")
        .onRef("clients.id", "=", "sessions.client_id"),
    )
    .selectAll("sessions")
    .select(["clients.name as client_name", shownStatus(now).as("shown_status")])
    .where("sessions.issuer_id", "=", issuerId);

const hasExpired = (now: number) => sql<SqlBool>`least(sessions.expires_at,
  sessions.last_activity_at + sessions.idle_timeout * 1000::bigint) <= ${now}`;

const shownStatus = (now: number) => sql<SessionStatus>`case
  when sessions.status = 'revoked' then 'revoked'
  when ${hasExpired(now)} then 'expired'
  when sessions.status = 'active' and op.status = 'suspended' then 'suspended'
  else sessions.status end`;
