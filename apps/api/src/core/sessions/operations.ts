import { sessions, userSessions } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { type Call, room } from "../../http/room.ts";
import { statusColumns } from "../status.ts";
import { requireUser } from "../users/required.ts";
import { tellClients } from "./backchannel.ts";
import { trees } from "./end.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

type Operations = (typeof sessions)["operations"];
type SessionCall<K extends keyof Operations> = Call<typeof sessions, Operations[K], store.SessionRow>;

/** Lists that come whole hold so many. */
const wholeMax = 200;

export const sessionRoom = room<typeof sessions, store.SessionRow>(sessions, {
  load: ({ tx, params, lock, deps }) => store.find(tx, params.issuer_id, params.session_id, deps.clock.now(), lock),
  operations: {
    list: async ({ tx, params, query, page, deps }) =>
      toPage(await store.list(tx, params.issuer_id, query, page, deps.clock.now()), page, (row) => [row.id], present),

    get: ({ row }) => present(row),
    suspend: (call) => setStatus(call, "suspended", "active"),
    reactivate: (call) => setStatus(call, "active", "suspended"),

    revoke: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      if (row.status === "revoked") {
        unchanged();
        return present(row);
      }
      if (row.shown_status === "expired") throw final("expired");
      const now = deps.clock.now();
      const ended = await store.revoke(tx, row, statusColumns("revoked", body, caller, now));
      await tellClients(tx, row.issuer_id, ended);
      const session = present(await store.get(tx, row, now));
      const more = row.type === "op" ? { counts: { rp_sessions: ended.filter(({ id }) => id !== row.id).length } } : {};
      emit("session.terminated", session, changesBetween(present(row), session), more);
      return session;
    },
  },
});

export const userSessionRoom = room<typeof userSessions, store.SessionRow>(userSessions, {
  operations: {
    list: async ({ tx, params, query, deps }) => {
      const { issuer_id, user_id } = params;
      await requireUser(tx, params, false);
      const page = { limit: wholeMax - 1, after: undefined };
      const rows = await store.list(tx, issuer_id, { ...query, user_id }, page, deps.clock.now());
      return { data: rows.map(present), has_more: false, next_cursor: null };
    },

    revokeAll: async ({ tx, params, body, caller, deps, emit, unchanged }) => {
      const { issuer_id } = params;
      await requireUser(tx, params, true);
      const now = deps.clock.now();
      const columns = statusColumns("revoked", body, caller, now);
      const revoked = await store.revokeOfUser(tx, issuer_id, params.user_id, columns).execute();
      if (revoked.length === 0) {
        unchanged();
        return { revoked_count: 0 };
      }
      await tellClients(tx, issuer_id, revoked);
      const rows = await store.byIds(
        tx,
        issuer_id,
        revoked.map(({ id }) => id),
        now,
      );
      for (const { session, rpSessions } of trees(rows)) {
        emit(
          "session.terminated",
          present(session),
          undefined,
          session.type === "op" ? { counts: { rp_sessions: rpSessions } } : {},
        );
      }
      return { revoked_count: revoked.length };
    },
  },
});

const setStatus = async (
  { tx, row, body, caller, deps, emit, unchanged }: SessionCall<"suspend">,
  to: "active" | "suspended",
  from: "active" | "suspended",
) => {
  if (row.shown_status === "revoked" || row.shown_status === "expired") throw final(row.shown_status);
  if (row.status === to) {
    unchanged();
    return present(row);
  }
  if (row.status !== from) throw new Problem("conflict", `A session that is ${row.status} cannot become ${to}.`);
  const now = deps.clock.now();
  const columns = { ...statusColumns(to, body, caller, now), updated_at: nextStamp(now, row) };
  await store.setStatus(tx, row, columns);
  const session = present(await store.get(tx, row, now));
  emit("session.updated", session, changesBetween(present(row), session));
  return session;
};

const final = (status: "revoked" | "expired") =>
  new Problem("conflict", status === "revoked" ? "A revoked session stays revoked." : "The session has expired.");
