import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Caller } from "../../http/caller.ts";
import { revokeOfUser as endSessions } from "../sessions/store.ts";
import { statusColumns } from "../status.ts";
import { revokeOfUser as endTokens } from "../tokens/store.ts";
import type { UserRow } from "./store.ts";

/**
 * Ends what a user who was deleted or blocked still has, for good: it does not come back with the user. A user who is suspended or
 * disabled keeps it, and every verification refuses it meanwhile. What it counts stands in the event of the user.
 */
export const endAccess = async (tx: Tx, { issuer_id, id }: UserRow, reason: string, caller: Caller, now: number) => {
  const columns = statusColumns("revoked", { status_reason: reason }, caller, now);
  const counts = await tx.db
    .with("ended", () => endSessions(tx, issuer_id, id, columns))
    .with("revoked", () => endTokens(tx, issuer_id, id, columns))
    .selectNoFrom([
      sql<number>`(select count(*) from ended)`.as("sessions"),
      sql<number>`(select count(*) from revoked)`.as("tokens"),
    ])
    .executeTakeFirstOrThrow();
  return { counts };
};
