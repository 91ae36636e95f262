import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Caller } from "../../http/caller.ts";
import { type EndedSession, tellClients } from "../sessions/backchannel.ts";
import { revokeOfUser as endSessions } from "../sessions/store.ts";
import { statusColumns } from "../status.ts";
import { revokeOfUser as endTokens } from "../tokens/store.ts";
import type { UserRow } from "./store.ts";

/**
 * Ends what a user who was deleted or blocked still has, for good: it does not come back with the user. A user who is suspended or
 * disabled keeps it, and every verification refuses it meanwhile. What it counts stands in the event of the user; clients are told.
 */
export const endAccess = async (
  tx: Tx,
  { issuer_id, id }: UserRow,
  reason: string,
  caller: Pick<Caller, "id">,
  now: number,
) => {
  const columns = statusColumns("revoked", { status_reason: reason }, caller, now);
  const { sessions, tokens } = await tx.db
    .with("ended", () => endSessions(tx, issuer_id, id, columns))
    .with("revoked", () => endTokens(tx, issuer_id, id, columns))
    .selectNoFrom([
      sql<EndedSession[]>`(select coalesce(json_agg(ended), '[]') from ended)`.as("sessions"),
      sql<number>`(select count(*) from revoked)`.as("tokens"),
    ])
    .executeTakeFirstOrThrow();
  await tellClients(tx, issuer_id, sessions);
  return { counts: { sessions: sessions.length, tokens } };
};

/** Ends the user's sessions alone, but for one where it is named: tokens that they made for programs stay. Clients are told. */
export const endSessionsOf = async (
  tx: Tx,
  { issuer_id, id }: Pick<UserRow, "issuer_id" | "id">,
  reason: string,
  caller: Pick<Caller, "id">,
  now: number,
  keptSessionId?: string,
) => {
  const columns = statusColumns("revoked", { status_reason: reason }, caller, now);
  const ended = await endSessions(tx, issuer_id, id, columns, keptSessionId).execute();
  await tellClients(tx, issuer_id, ended);
  return { counts: { sessions: ended.length } };
};
