import type { Selectable } from "kysely";
import type { Issuers } from "../db/tables.generated.ts";
import type { Tx } from "../db/tx.ts";
import type { SigningKeyRow } from "../keys/signing-keys.ts";

/** What an issuer's runtime is made of. */
export interface StoredIssuer
  extends Pick<Selectable<Issuers>, "account_id" | "id" | "name" | "version" | "links" | "settings"> {
  /** What signs, what will, what did; the newest of each first. */
  keys: Pick<SigningKeyRow, "issuer_id" | "kid" | "alg" | "public_jwk" | "private_key" | "status">[];
}

/**
 * The row is read before its keys: a change that commits between the two leaves the older version beside the newer keys, and so
 * is seen as out of date. The other order would pass old keys off as the new version's.
 */
export const activeIssuer = async (tx: Tx, issuerId: string): Promise<StoredIssuer | undefined> => {
  const issuer = await tx
    .from("issuers")
    .select(["account_id", "id", "name", "version", "links", "settings"])
    .where("id", "=", issuerId)
    .where("status", "=", "active")
    .where("deleted_at", "is", null)
    .executeTakeFirst();
  if (!issuer) return undefined;
  const keys = await tx
    .from("issuer_signing_keys")
    .select(["issuer_id", "kid", "alg", "public_jwk", "private_key", "status"])
    .where("issuer_id", "=", issuerId)
    .where("purpose", "=", "tokens")
    // By the alphabet: active, next, retired. To the last column, so that every process renders the same bytes.
    .orderBy("status")
    .orderBy("created_at", "desc")
    .orderBy("kid")
    .execute();
  return { ...issuer, keys };
};
