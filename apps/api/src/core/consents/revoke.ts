import type { Tx } from "../../db/tx.ts";
import type { NewEvent } from "../../events/append.ts";
import { notFound } from "../../http/problem.ts";
import type { Consenting } from "./grant.ts";

const SHOWN_MAX = 200;

/** What the person has allowed, by the names of the clients. */
export const listConsents = (tx: Tx, { issuerId, userId }: Pick<Consenting, "issuerId" | "userId">) =>
  tx
    .from("consents")
    .innerJoin("clients", (join) =>
      join
        .on(tx.own("clients"))
        .onRef("clients.issuer_id", "=", "consents.issuer_id")
        .onRef("clients.id", "=", "consents.client_id"),
    )
    .select(["consents.client_id", "consents.scopes", "consents.created_at", "clients.name"])
    .where("consents.issuer_id", "=", issuerId)
    .where("consents.user_id", "=", userId)
    .where("clients.status", "<>", "deleted")
    .orderBy("consents.created_at", "desc")
    .orderBy("consents.client_id", "desc")
    .limit(SHOWN_MAX)
    .execute();

/**
 * The person takes back what they have let the client have; who calls ends what the client still holds.
 *
 * @throws {Problem} 404 where there is nothing to take back
 */
export const revokeConsent = async (
  tx: Tx,
  { issuerId, userId, clientId }: Consenting,
): Promise<{ events: NewEvent[] }> => {
  const consent = await tx
    .delete("consents")
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("client_id", "=", clientId)
    .returningAll()
    .executeTakeFirst();
  if (!consent) throw notFound();
  const { account_id: _, ...resource } = consent;
  const party = { issuer_id: issuerId, user_id: userId, client_id: clientId };
  const subject = { type: "consent", id: clientId, account_id: tx.accountId, ...party };
  return { events: [{ type: "user.consent.revoked", subject, data: { resource } }] };
};
