import type { Tx } from "../../db/tx.ts";
import { tellClients } from "./backchannel.ts";
import * as store from "./store.ts";

/** A session that has ended, and how many at clients went along with it. */
export interface Ended {
  session: store.SessionRow;
  rpSessions: number;
}

/** Ends sessions that have not ended, each with what hangs off it, and tells their clients; who calls writes the events. */
export const endSessions = async (
  tx: Tx,
  issuerId: string,
  ids: readonly string[],
  why: { status_reason: string; status_by: string },
  now: number,
): Promise<Ended[]> => {
  if (ids.length === 0) return [];
  const revoked = await store.revokeByIds(tx, issuerId, ids, { status: "revoked", status_at: now, ...why });
  if (revoked.length === 0) return [];
  await tellClients(tx, issuerId, revoked);
  const ended = revoked.map(({ id }) => id);
  return trees(await store.byIds(tx, issuerId, ended, now));
};

/** Each op session with the number of those that went along with it; an rp session that stands alone is its own. */
export const trees = (rows: readonly store.SessionRow[]): Ended[] => {
  const ids = new Set(rows.map(({ id }) => id));
  const counts = new Map<string, number>();
  for (const { op_session_id } of rows)
    if (op_session_id) counts.set(op_session_id, (counts.get(op_session_id) ?? 0) + 1);
  return rows
    .filter(({ op_session_id }) => op_session_id === null || !ids.has(op_session_id))
    .map((session) => ({ session, rpSessions: counts.get(session.id) ?? 0 }));
};
