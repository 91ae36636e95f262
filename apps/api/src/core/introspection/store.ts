import { CompiledQuery } from "kysely";
import type { Tx } from "../../db/tx.ts";
import { type Asked, type Facts, factsColumns, factsParameters, factsSql } from "../../verification/tokens/facts.ts";

/** The statement of the verification itself, here under the account's own policies. */
export const factsOf = async (tx: Tx, asked: Asked): Promise<Facts | undefined> => {
  const query = CompiledQuery.raw(`with ${factsSql.trim()} ${factsColumns}`, factsParameters(asked));
  const { rows } = await tx.db.executeQuery<Facts>(query);
  return rows[0];
};

const MINUTE = 60_000;

export const touchKey = (tx: Tx, id: string, column: "last_used_at" | "previous_last_used_at", now: number) =>
  tx
    .update("api_keys")
    .set({ [column]: now })
    .where("id", "=", id)
    .where((eb) => eb.or([eb(column, "is", null), eb(column, "<=", now - MINUTE)]))
    .execute();

export const touchToken = (tx: Tx, id: string, now: number) =>
  tx
    .update("personal_tokens")
    .set({ last_used_at: now })
    .where("id", "=", id)
    .where((eb) => eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<=", now - MINUTE)]))
    .execute();
