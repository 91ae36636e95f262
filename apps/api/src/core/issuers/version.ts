import { sql } from "kysely";
import { issuerChanged } from "../../db/channels.ts";
import type { Tx } from "../../db/tx.ts";

/** Something below the issuer changed that its OIDC runtime must see: its version grows, and every process is told. */
export const raiseVersion = async (tx: Tx, issuerId: string): Promise<void> => {
  await tx.db
    .with("issuer", () =>
      tx.update("issuers").set({ version: sql`version + 1` }).where("id", "=", issuerId).returning("id"),
    )
    .selectFrom("issuer")
    .select(sql`pg_notify(${issuerChanged}, id)`.as("told"))
    .execute();
};
