import { hash } from "node:crypto";
import { sql } from "kysely";
import type { AdapterPayload } from "oidc-provider";
import { jsonb } from "../../db/expressions.ts";
import type { Tx } from "../../db/tx.ts";

interface Key {
  issuerId: string;
  model: string;
  id: string;
}

export interface Artifact {
  payload: AdapterPayload;
  consumed_at: number | null;
  expires_at: number;
}

/** How long a token that was used or has run out is known as such. */
const REMEMBERED_MS = 24 * 3_600_000;

export const hashOf = (id: string): Buffer => hash("sha256", id, "buffer");

export const find = (tx: Tx, { issuerId, model, id }: Key) =>
  tx
    .from("oidc_artifacts")
    .select(["payload", "consumed_at", "expires_at"])
    .where("issuer_id", "=", issuerId)
    .where("model", "=", model)
    .where("id_hash", "=", hashOf(id))
    .executeTakeFirst();

export const findByUid = (tx: Tx, { issuerId, model }: Omit<Key, "id">, uid: string) =>
  tx
    .from("oidc_artifacts")
    .select(["payload", "consumed_at", "expires_at"])
    .where("issuer_id", "=", issuerId)
    .where("model", "=", model)
    .where("uid", "=", uid)
    .orderBy("expires_at", "desc")
    .executeTakeFirst();

/** Writes the artifact; that it was consumed stays. False where `once` was asked for and it is there already. */
export const put = async (
  tx: Tx,
  { issuerId, model, id }: Key,
  payload: AdapterPayload,
  { expiresAt, once = false }: { expiresAt: number; once?: boolean },
): Promise<boolean> => {
  const values = {
    payload: jsonb(payload),
    grant_id: payload.grantId ?? null,
    uid: payload.uid ?? null,
    user_id: payload.accountId ?? null,
    expires_at: expiresAt,
  };
  const { numInsertedOrUpdatedRows } = await tx
    .insert("oidc_artifacts", { issuer_id: issuerId, model, id_hash: hashOf(id), ...values })
    .onConflict((conflict) => {
      const same = conflict.columns(["account_id", "issuer_id", "model", "id_hash"]);
      return once ? same.doNothing() : same.doUpdateSet(values);
    })
    .executeTakeFirstOrThrow();
  return (numInsertedOrUpdatedRows ?? 0n) > 0n;
};

/** False where somebody else was first. */
export const consume = async (tx: Tx, { issuerId, model, id }: Key, now: number): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .update("oidc_artifacts")
    // The sweep leaves it for as long as it has to be known.
    .set({ consumed_at: now, expires_at: sql<number>`greatest(expires_at, ${now + REMEMBERED_MS}::bigint)` })
    .where("issuer_id", "=", issuerId)
    .where("model", "=", model)
    .where("id_hash", "=", hashOf(id))
    .where("consumed_at", "is", null)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
};

export const remove = (tx: Tx, { issuerId, model, id }: Key) =>
  tx
    .delete("oidc_artifacts")
    .where("issuer_id", "=", issuerId)
    .where("model", "=", model)
    .where("id_hash", "=", hashOf(id))
    .execute();

export const removeByUid = (tx: Tx, issuerId: string, model: string, uid: string) =>
  tx
    .delete("oidc_artifacts")
    .where("issuer_id", "=", issuerId)
    .where("model", "=", model)
    .where("uid", "=", uid)
    .execute();

/** Everything that one authorization has led to, of one model or of all. */
export const removeFamily = (tx: Tx, issuerId: string, grantId: string, model?: string) =>
  tx
    .delete("oidc_artifacts")
    .where("issuer_id", "=", issuerId)
    .where("grant_id", "=", grantId)
    .$if(model !== undefined, (query) => query.where("model", "=", String(model)))
    .execute();

/** What a client holds in the user's name: grants, codes and refresh tokens. */
export const removeOfClient = (tx: Tx, issuerId: string, { userId, clientId }: { userId: string; clientId: string }) =>
  tx
    .delete("oidc_artifacts")
    .where("issuer_id", "=", issuerId)
    .where("user_id", "=", userId)
    .where("model", "in", ["AuthorizationCode", "Grant", "RefreshToken"])
    .where(sql<string>`payload ->> 'clientId'`, "=", clientId)
    .execute();

/** Notes the one organization that a grant is for. */
export const selectOrganization = (tx: Tx, issuerId: string, grantId: string, orgId: string) =>
  tx
    .update("oidc_artifacts")
    .set({ org_id: orgId })
    .where("issuer_id", "=", issuerId)
    .where("model", "=", "Grant")
    .where("id_hash", "=", hashOf(grantId))
    .execute();
