import { sessions as resource } from "@authpi/schema";
import type { AdapterPayload } from "oidc-provider";
import { tellClients } from "../../core/sessions/backchannel.ts";
import type { Ended } from "../../core/sessions/end.ts";
import { present } from "../../core/sessions/present.ts";
import * as store from "../../core/sessions/store.ts";
import type { Tx } from "../../db/tx.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { type Asker, type IssuerPlace, type Runtime, record } from "../runtime.ts";
import * as artifacts from "./artifacts.ts";
import type { Signed } from "./signed.ts";

/** The columns of a session that we ended. */
const ended = (status_reason: string, now: number) => ({
  status: "revoked" as const,
  status_at: now,
  status_reason,
  status_by: "system",
});

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
