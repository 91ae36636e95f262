import { sessions as resource } from "@authpi/schema";
import { type SqlBool, sql } from "kysely";
import type { AdapterPayload } from "oidc-provider";
import { tellClients } from "../../core/sessions/backchannel.ts";
import type { Ended } from "../../core/sessions/end.ts";
import { present } from "../../core/sessions/present.ts";
import * as store from "../../core/sessions/store.ts";
import { jsonb } from "../../db/expressions.ts";
import type { Tx } from "../../db/tx.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { portalClientId } from "../portal-client.ts";
import { type Asker, askerOf, currentContext, type IssuerPlace, type Runtime, record } from "../runtime.ts";
import * as artifacts from "./artifacts.ts";

/** A sign-in by oidc-provider's names, as its codes and refresh tokens carry it. */
interface Signed {
  accountId?: string | undefined;
  clientId?: string | undefined;
  sessionUid?: string | undefined;
  sid?: string | undefined;
  grantId?: string | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  authTime?: number | undefined;
}

/** How seldom a session's last activity is written. */
const TOUCH_MS = 60_000;

/**
 * With a code begins what it stands for: the single sign-on session where this is the first code of it, and the session at the client.
 * Each that begins has its event.
 */
export const beginSessions = async (
  tx: Tx,
  runtime: Runtime,
  issuer: IssuerPlace,
  signed: AdapterPayload & Signed,
): Promise<void> => {
  const { accountId: userId, sessionUid, clientId = "", sid } = signed;
  if (!userId || !sessionUid) return;
  const now = runtime.deps.clock.now();
  const asker = askerOf();
  const limits = await limitsOf(tx, issuer.id);
  const authentication = authenticationOf(signed, now);
  const begun: string[] = [];

  let op = await findOp(tx, issuer.id, sessionUid);
  if (!op) {
    const ended = await endOldest(tx, issuer.id, userId, limits.max_per_user, now);
    op = { id: runtime.deps.ids.make("session"), expires_at: now + limits.max_age * 1000 };
    const columns = { type: "op" as const, provider_uid: sessionUid, idle_timeout: limits.idle_timeout };
    await insert(
      tx,
      issuer.id,
      { ...columns, id: op.id, user_id: userId, ttl: limits.max_age, authentication },
      asker,
      now,
    );
    begun.push(op.id);
    await tellEnded(tx, runtime, issuer, ended, asker, now);
  } else if (currentContext()?.oidc.result?.login) {
    await update(tx, issuer.id, op.id, {
      authentication: jsonb(authentication),
      last_activity_at: now,
      updated_at: now,
    });
  }
  if (sid && clientId !== portalClientId) {
    const offline = currentContext()?.oidc.params?.authpi_offline === "1";
    const known = await tx
      .from("sessions")
      .select(["id", "offline"])
      .where("issuer_id", "=", issuer.id)
      .where("id", "=", sid)
      .executeTakeFirst();
    const idle_timeout = offline || known?.offline ? limits.refresh_token_ttl : limits.idle_timeout;
    if (known) {
      const changed = { authentication: jsonb(authentication), idle_timeout, offline: offline || known.offline };
      await update(tx, issuer.id, sid, { ...changed, last_activity_at: now, updated_at: now });
    } else {
      const ttl = Math.max(1, Math.ceil((op.expires_at - now) / 1000));
      const columns = { type: "rp" as const, client_id: clientId, op_session_id: op.id, offline, idle_timeout, ttl };
      await insert(tx, issuer.id, { ...columns, id: sid, user_id: userId, authentication }, asker, now);
      begun.push(sid);
    }
  }
  const rows = begun.length > 0 ? await store.byIds(tx, issuer.id, begun, now) : [];
  const events = rows.map((row) => tell(tx, resource, "session.created", present(row)));
  const who = { type: "user", user_id: userId, client_id: clientId } as const;
  await record(tx, runtime, asker, { trigger: "authorize", who }, events);
};

const authenticationOf = ({ acr, amr = [], authTime }: Signed, now: number) => ({
  method: (currentContext()?.oidc.result?.login?.method as string | undefined) ?? methodOf(amr),
  amr,
  acr: acr ?? null,
  at: authTime === undefined ? now : authTime * 1000,
});
const methodOf = (amr: readonly string[]): string => (amr.includes("pwd") ? "password" : "email-code");

const limitsOf = async (tx: Tx, issuerId: string) => {
  const { access } = await tx
    .from("issuers")
    .where("id", "=", issuerId)
    .select(sql<{ sessions: Limits; tokens: { refresh_token_ttl: number } }>`settings -> 'access'`.as("access"))
    .executeTakeFirstOrThrow();
  return { ...access.sessions, refresh_token_ttl: access.tokens.refresh_token_ttl };
};
interface Limits {
  max_age: number;
  idle_timeout: number;
  max_per_user: number;
}

/** Locked: two codes of one sign-in begin it once. */
const findOp = (tx: Tx, issuerId: string, uid: string) =>
  tx
    .from("sessions")
    .select(["id", "expires_at"])
    .where("issuer_id", "=", issuerId)
    .where("provider_uid", "=", uid)
    .forUpdate()
    .executeTakeFirst();

interface Columns {
  id: string;
  user_id: string;
  type: "op" | "rp";
  provider_uid?: string;
  client_id?: string;
  op_session_id?: string;
  offline?: boolean;
  /** Seconds, both. */
  ttl: number;
  idle_timeout: number;
  authentication: ReturnType<typeof authenticationOf>;
}

const insert = (tx: Tx, issuerId: string, { authentication, ...columns }: Columns, asker: Asker, now: number) =>
  tx
    .insert("sessions", {
      ...columns,
      issuer_id: issuerId,
      authentication: jsonb(authentication),
      device: jsonb({ name: null, user_agent: asker.userAgent ?? null }),
      origin: asker.ip || null,
      last_activity_at: now,
      expires_at: now + columns.ttl * 1000,
      created_at: now,
      updated_at: now,
    })
    .execute();

const update = (tx: Tx, issuerId: string, id: string, values: object) =>
  tx.update("sessions").set(values).where("issuer_id", "=", issuerId).where("id", "=", id).execute();

/** The new session is the last that the user may have; the oldest make room for it. */
const endOldest = async (tx: Tx, issuerId: string, userId: string, max: number, now: number): Promise<string[]> => {
  const surplus = await tx
    .from("sessions")
    .select("id")
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("type", "=", "op")
    .where("status", "<>", "revoked")
    .where("expires_at", ">", now)
    .orderBy("id", "desc")
    .offset(max - 1)
    .execute();
  const ids = surplus.map(({ id }) => id);
  if (ids.length > 0) {
    const columns = ended("There were more sessions than a user may have", now);
    await tellClients(tx, issuerId, await store.revokeByIds(tx, issuerId, ids, columns));
  }
  return ids;
};

const ended = (status_reason: string, now: number) => ({
  status: "revoked" as const,
  status_at: now,
  status_reason,
  status_by: "system",
});

const tellEnded = async (
  tx: Tx,
  runtime: Runtime,
  issuer: IssuerPlace,
  ids: readonly string[],
  asker: Asker,
  now: number,
): Promise<void> => {
  if (ids.length === 0) return;
  const rows = await store.byIds(tx, issuer.id, ids, now);
  const events = rows.map((row) => tell(tx, resource, "session.terminated", present(row)));
  await record(tx, runtime, asker, { trigger: "sessions.limit", who: { type: "system" } }, events);
};

/** The events of sessions that were ended here. */
export const tellTerminated = (
  tx: Tx,
  runtime: Runtime,
  sessions: readonly Ended[],
  asker: Asker,
  why: Parameters<typeof record>[3],
): Promise<void> => {
  const events = sessions.map(({ session, rpSessions }) => {
    const more = session.type === "op" ? { counts: { rp_sessions: rpSessions } } : {};
    return tell(tx, resource, "session.terminated", present(session), more);
  });
  return record(tx, runtime, asker, why, events);
};

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

/** A code or a refresh token came a second time: whoever has it, nothing that came from its authorization is good any more. */
export const endFamily = async (
  tx: Tx,
  runtime: Runtime,
  issuer: IssuerPlace,
  model: string,
  { grantId, sid, accountId: userId, clientId }: AdapterPayload & Signed,
  asker: Asker,
): Promise<void> => {
  if (model !== "AuthorizationCode" && model !== "RefreshToken") return;
  const now = runtime.deps.clock.now();
  const what = model === "RefreshToken" ? "refresh token" : "authorization code";
  const reason = `A used ${what} was presented again`;
  if (grantId) await artifacts.removeFamily(tx, issuer.id, grantId);
  const compromised = { compromised: true, compromised_at: now, compromised_reason: reason };
  const hit = sid ? await store.revokeByIds(tx, issuer.id, [sid], ended(reason, now), compromised) : [];
  await tellClients(tx, issuer.id, hit);
  const [session] = hit[0] ? await store.byIds(tx, issuer.id, [hit[0].id], now) : [];
  if (!session) return;
  const shown = present(session);
  const replay = tell(tx, resource, "auth.flow.replay-attempt", shown, { reason });
  const events: NewEvent[] = [replay, tell(tx, resource, "session.compromised", shown)];
  const who = { type: "client" as const, ...(clientId && { client_id: clientId }), ...(userId && { user_id: userId }) };
  await record(
    tx,
    runtime,
    asker,
    { trigger: model === "RefreshToken" ? "refresh_token" : "authorization_code", who },
    events,
  );
};
