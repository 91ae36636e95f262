import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";

export interface Consenting {
  issuerId: string;
  userId: string;
  clientId: string;
}

/** What the person has let the client have so far. */
export const agreedScopes = async (tx: Tx, { issuerId, userId, clientId }: Consenting): Promise<readonly string[]> => {
  const row = await tx
    .from("consents")
    .select("scopes")
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("client_id", "=", clientId)
    .executeTakeFirst();
  return row?.scopes ?? [];
};

/** The person lets the client have these scopes too; what it had before stays. */
export const grantConsent = async (
  tx: Tx,
  { clock }: Pick<Deps, "clock">,
  { issuerId, userId, clientId, scopes }: Consenting & { scopes: readonly string[] },
): Promise<{ events: NewEvent[] }> => {
  const now = clock.now();
  const party = { issuer_id: issuerId, user_id: userId, client_id: clientId };
  const consent = await tx
    .insert("consents", { ...party, scopes: [...scopes], created_at: now, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(["account_id", "issuer_id", "user_id", "client_id"]).doUpdateSet({
        scopes: sql<string[]>`array(select unnest(consents.scopes) union select unnest(excluded.scopes) order by 1)`,
        updated_at: now,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  const subject = { type: "consent", id: clientId, account_id: tx.accountId, ...party };
  const { account_id: _, ...resource } = consent;
  return { events: [{ type: "user.consent.granted", subject, data: { resource } }] };
};
