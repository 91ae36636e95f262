import { Type } from "typebox";
import { tellClients } from "../../../core/sessions/backchannel.ts";
import { type Ended, endSessions, trees } from "../../../core/sessions/end.ts";
import * as store from "../../../core/sessions/store.ts";
import type { Tx } from "../../../db/tx.ts";
import { notFound } from "../../../http/problem.ts";
import { endSession } from "../../op-session.ts";
import { askerAt, type Runtime } from "../../runtime.ts";
import { tellTerminated } from "../../storage/endings.ts";
import { accountSessions } from "../views/account-sessions.ts";
import { deviceName } from "./device-name.ts";
import { accountPage, backTo, reading, type Visit, whoOf } from "./visit.ts";

const SHOWN_MAX = 200;

/** Where the user is signed in, and the end of that. */
export const sessionsPage = (runtime: Runtime) =>
  accountPage(runtime, {
    path: "/sessions",
    form: Type.Object({ intent: Type.Enum(["revoke", "revoke_others"]), id: Type.Optional(Type.String()) }),
    get: async (visit) => {
      const rows = await reading(visit, (tx) => activeOf(tx, visit));
      return visit.context.html(accountSessions(visit.context.texts, { ...visit.props, sessions: shown(visit, rows) }));
    },
    post: async (visit, { intent, id = "" }) => {
      const { context, session } = visit;
      if (intent === "revoke_others") {
        await ending(visit, (tx) => endOthers(tx, visit));
        return backTo(visit, "sessions", "others-ended");
      }
      if (id === session.id) {
        await endSession(runtime, context.issuer, context.request, context.reply, session, whoOf(visit, "sessions"));
        return context.redirect("/logout");
      }
      await ending(visit, (tx) => endOne(tx, visit, id));
      return backTo(visit, "sessions", "session-ended");
    },
  });

const activeOf = (tx: Tx, { place: { issuer_id, user_id }, now }: Visit) =>
  store.list(tx, issuer_id, { user_id, status: "active" }, { limit: SHOWN_MAX - 1, after: undefined }, now);

/** Those that stand on their own: single sign-on, and sessions at clients that have outlived theirs. */
const shown = ({ session: { id: current } }: Visit, rows: readonly store.SessionRow[]) =>
  trees(rows).map(({ session: { id, type, device, origin, created_at, last_activity_at, client_name } }) => ({
    id,
    device: deviceName(device?.user_agent ?? null),
    place: origin,
    createdAt: created_at,
    lastActivityAt: last_activity_at,
    current: id === current,
    applications: [
      ...new Set(
        (type === "op"
          ? rows.filter((row) => row.op_session_id === id).map((row) => row.client_name)
          : [client_name]
        ).flatMap((name) => name ?? []),
      ),
    ],
  }));

const ending = (visit: Visit, work: (tx: Tx) => Promise<readonly Ended[]>) =>
  reading(visit, async (tx) => {
    const { runtime, context } = visit;
    await tellTerminated(tx, runtime, await work(tx), askerAt(context.request), whoOf(visit, "sessions"));
  });

const endOne = async (tx: Tx, { place, now }: Visit, id: string) => {
  const row = await store.find(tx, place.issuer_id, id, now, true);
  if (row?.user_id !== place.user_id) throw notFound();
  const why = { status_reason: "The user ended it", status_by: place.user_id };
  return endSessions(tx, place.issuer_id, [id], why, now);
};

const endOthers = async (tx: Tx, { place: { issuer_id, user_id }, session, now }: Visit) => {
  const why = { status_reason: "The user ended all others", status_by: user_id };
  const columns = { status: "revoked" as const, status_at: now, ...why };
  const revoked = await store.revokeOfUser(tx, issuer_id, user_id, columns, session.id).execute();
  if (revoked.length === 0) return [];
  await tellClients(tx, issuer_id, revoked);
  const ids = revoked.map(({ id }) => id);
  return trees(await store.byIds(tx, issuer_id, ids, now));
};
