import { sql } from "kysely";
import { issuerChanged } from "../../db/channels.ts";
import type { Tx } from "../../db/tx.ts";

/** Something below the issuers changed that their OIDC runtime must see: their version grows, and every process is told. */
export const raiseVersion = async (tx: Tx, ...issuerIds: readonly string[]): Promise<void> => {
  if (issuerIds.length === 0) return;
  await tx.db
    .with("issuer", () =>
      tx.update("issuers").set({ version: sql`version + 1` }).where("id", "in", issuerIds).returning("id"),
    )
    .selectFrom("issuer")
    .select(sql`pg_notify(${issuerChanged}, id)`.as("told"))
    .execute();
};
