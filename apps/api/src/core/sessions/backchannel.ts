import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";

/** What a statement that ends sessions returns of each. */
export interface EndedSession {
  id: string;
  has_receiver: boolean;
}
export const returned = (tx: Tx) => ["id" as const, hasReceiver(tx).as("has_receiver")] as const;

/**
 * To be called with what has ended in this transaction: each client that wants to know is told of its own sessions (OpenID Connect
 * Back-Channel Logout 1.0), when the transaction has committed.
 */
export const tellClients = (tx: Tx, issuerId: string, ended: readonly EndedSession[]): Promise<void> => {
  const told = ended.filter(({ has_receiver }) => has_receiver);
  const dataOf = (sessionId: string) => ({ accountId: tx.accountId, issuerId, sessionId });
  return tx.enqueue("backchannel.logout", ...told.map(({ id }) => ({ data: dataOf(id) })));
};

/** For who knows the ended sessions by their ids alone. Op sessions among them are no client's. */
export const tellClientsOf = async (tx: Tx, issuerId: string, sessionIds: readonly string[]): Promise<void> => {
  const ended = tx
    .from("sessions")
    .select(returned(tx))
    .where("issuer_id", "=", issuerId)
    .where("id", "=", sql<string>`any (${sessionIds})`);
  await tellClients(tx, issuerId, await ended.execute());
};

/** What a logout token is made of; undefined where there is nobody to tell any more. */
export const logoutOf = (tx: Tx, issuerId: string, sessionId: string) =>
  tx
    .from("sessions")
    .innerJoin("clients", (join) =>
      join
        .on(tx.own("clients"))
        .onRef("clients.issuer_id", "=", "sessions.issuer_id")
        .onRef("clients.id", "=", "sessions.client_id"),
    )
    .innerJoin("issuer_signing_keys as k", (join) =>
      join
        .on(tx.own("k"))
        .onRef("k.issuer_id", "=", "sessions.issuer_id")
        .on("k.purpose", "=", "tokens")
        .on("k.status", "=", "active")
        .on(sql`k.alg`, "=", sql`clients.settings ->> 'response_signature_alg'`),
    )
    .select(["sessions.id", "sessions.user_id", "clients.id as client_id", receiver.as("uri")])
    .select(["k.issuer_id", "k.kid", "k.alg", "k.private_key"])
    .where("sessions.issuer_id", "=", issuerId)
    .where("sessions.id", "=", sessionId)
    .where("clients.status", "<>", "deleted")
    .where(receiver, "is not", null)
    .executeTakeFirst();

export type Logout = NonNullable<Awaited<ReturnType<typeof logoutOf>>>;

const receiver = sql<string>`clients.settings -> 'openid' ->> 'backchannel_logout_uri'`;

/** A client that is blocked has one too: what its users left open there ends. One that is deleted has not. */
const hasReceiver = (tx: Tx) =>
  sql<boolean>`exists (select from clients where ${tx.own("clients")} and clients.issuer_id = sessions.issuer_id
    and clients.id = sessions.client_id and clients.status <> 'deleted' and ${receiver} is not null)`;
