import { sessions as resource } from "@authpi/schema";
import { sql } from "kysely";
import type { AdapterPayload } from "oidc-provider";
import { type Ended, endSessions } from "../../core/sessions/end.ts";
import { present } from "../../core/sessions/present.ts";
import * as store from "../../core/sessions/store.ts";
import { jsonb } from "../../db/expressions.ts";
import type { Tx } from "../../db/tx.ts";
import { tell } from "../../events/tell.ts";
import { portalClientId } from "../portal-client.ts";
import { type Asker, askerOf, currentContext, type IssuerPlace, type Runtime, record } from "../runtime.ts";
import { tellTerminated } from "./endings.ts";
import type { Signed } from "./signed.ts";

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
    if (ended.length > 0)
      await tellTerminated(tx, runtime, ended, asker, { trigger: "sessions.limit", who: { type: "system" } });
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
const endOldest = async (tx: Tx, issuerId: string, userId: string, max: number, now: number): Promise<Ended[]> => {
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
  const why = { status_reason: "There were more sessions than a user may have", status_by: "system" };
  const ids = surplus.map(({ id }) => id);
  return endSessions(tx, issuerId, ids, why, now);
};
