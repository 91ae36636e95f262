import { sessions as resource } from "@authpi/schema";
import { type SqlBool, sql } from "kysely";
import type { AdapterPayload } from "oidc-provider";
import { present } from "../../core/sessions/present.ts";
import * as store from "../../core/sessions/store.ts";
import type { Tx } from "../../db/tx.ts";
import { tell } from "../../events/tell.ts";
import { askerOf, type IssuerPlace, type Runtime, record } from "../runtime.ts";
import type { Signed } from "./signed.ts";

/** How seldom a session's last activity is written. */
const TOUCH_MS = 60_000;

/** A session is used: a page of it is seen, or one of its refresh tokens. */
export const touchSession = async (
  tx: Tx,
  runtime: Runtime,
  issuer: IssuerPlace,
  model: "RefreshToken" | "Session",
  payload: AdapterPayload & Signed,
): Promise<void> => {
  const now = runtime.deps.clock.now();
  if (model === "Session") {
    if (payload.accountId && payload.uid) await touch(tx, issuer.id, sql`provider_uid = ${payload.uid}`, now);
    return;
  }
  const { sid, rotations = 0, accountId: userId, clientId } = payload;
  if (!sid) return;
  const refreshed = rotations > 0;
  const row = await tx
    .update("sessions")
    .set({
      last_activity_at: now,
      access_token_issued_at: now,
      refresh_token_issued_at: now,
      ...(refreshed && { refresh_count: sql<number>`refresh_count + 1` }),
    })
    .where("issuer_id", "=", issuer.id)
    .where("id", "=", sid)
    .returning(["op_session_id", "offline"])
    .executeTakeFirst();
  if (row?.op_session_id && !row.offline) await touch(tx, issuer.id, sql`id = ${row.op_session_id}`, now);
  if (!refreshed || !row) return;
  const [session] = await store.byIds(tx, issuer.id, [sid], now);
  if (!session) return;
  const who = { type: "user" as const, ...(userId && { user_id: userId }), ...(clientId && { client_id: clientId }) };
  const event = tell(tx, resource, "session.token-refreshed", present(session));
  await record(tx, runtime, askerOf(), { trigger: "refresh_token", who }, [event]);
};

/** The op session, and those at clients that idle with it. */
const touch = (tx: Tx, issuerId: string, which: ReturnType<typeof sql>, now: number) =>
  tx
    .update("sessions")
    .set({ last_activity_at: now })
    .where("issuer_id", "=", issuerId)
    .where("last_activity_at", "<", now - TOUCH_MS)
    .where(
      sql<SqlBool>`id in (select id from sessions o where ${tx.own("o")} and o.issuer_id = ${issuerId} and o.type = 'op' and o.${which}
        union all select r.id from sessions o join sessions r on ${tx.own("r")} and r.issuer_id = o.issuer_id and r.op_session_id = o.id and not r.offline
          where ${tx.own("o")} and o.issuer_id = ${issuerId} and o.type = 'op' and o.${which})`,
    )
    .execute();

/** Whether what an artifact rests on still stands: its session and its user. */
export const isAlive = async (
  tx: Tx,
  { deps }: Pick<Runtime, "deps">,
  { id: issuerId }: IssuerPlace,
  model: string,
  payload: AdapterPayload & Signed,
): Promise<boolean> => {
  const { accountId: userId } = payload;
  if (!userId || (model !== "Session" && model !== "RefreshToken" && model !== "AuthorizationCode")) return true;
  const now = deps.clock.now();
  const which =
    model === "Session" ? sql<SqlBool>`s.provider_uid = ${payload.uid}` : sql<SqlBool>`s.id = ${payload.sid ?? ""}`;
  const { rows } = await sql<{ user_ok: boolean; session_ok: boolean | null }>`
    select u.status = 'active' as user_ok,
      (select s.status = 'active' and coalesce(o.status, 'active') = 'active'
          and least(s.expires_at, s.last_activity_at + s.idle_timeout * 1000::bigint) > ${now}
        from sessions s left join sessions o on ${tx.own("o")} and o.issuer_id = s.issuer_id and o.id = s.op_session_id
        where ${tx.own("s")} and s.issuer_id = ${issuerId} and ${which}) as session_ok
    from users u where ${tx.own("u")} and u.issuer_id = ${issuerId} and u.id = ${userId}`.execute(tx.db);
  const [state] = rows;
  if (!state?.user_ok) return false;
  // A cookie whose sign-in has led to no code yet has no session so far; a token always has one.
  return state.session_ok ?? (model === "Session" || payload.sid === undefined);
};
