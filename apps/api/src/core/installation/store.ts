import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";

export interface Installation {
  accountId: string;
  rootIssuerId: string;
  epoch: number;
}

export const read = async (tx: Tx): Promise<(Installation & { system_identifier: string }) | undefined> =>
  tx.db
    .selectFrom("installation")
    .select(["root_account_id as accountId", "root_issuer_id as rootIssuerId", "epoch", "system_identifier"])
    .executeTakeFirst();

export const insert = (tx: Tx, { accountId, rootIssuerId }: { accountId: string; rootIssuerId: string }, now: number) =>
  tx.db
    .insertInto("installation")
    .values({
      root_account_id: accountId,
      root_issuer_id: rootIssuerId,
      system_identifier: systemIdentifier,
      created_at: now,
    })
    .execute();

/** Behind a restore into another cluster transaction ids start anew: a new epoch keeps forward readers in order. */
export const renewEpoch = (tx: Tx) =>
  tx.db
    .updateTable("installation")
    .set({ epoch: sql`epoch + 1`, system_identifier: systemIdentifier })
    .where("system_identifier", "<>", systemIdentifier)
    .execute();

/** One process at a time; the lock goes with the transaction. */
export const lock = (tx: Tx) =>
  sql`select pg_advisory_xact_lock(hashtextextended('authpi installation', 0))`.execute(tx.db);

export const insertAccount = (tx: Tx, orgId: string, now: number) =>
  tx.insert("accounts", { org_id: orgId, created_at: now }).execute();

export const listAccounts = (tx: Tx) =>
  tx.db
    .selectFrom("accounts")
    .innerJoin("organizations", (join) =>
      join
        .onRef("organizations.account_id", "=", "accounts.account_id")
        .onRef("organizations.id", "=", "accounts.org_id"),
    )
    .select(["accounts.account_id as id", "organizations.name", "organizations.status", "accounts.created_at"])
    .orderBy("accounts.account_id")
    .execute();

const systemIdentifier = sql<string>`(select system_identifier::text from pg_control_system())`;
