import { accountApiKeys, apiKeys } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import { type NewEvent, subjectOf } from "../../events/append.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

interface Expiring {
  keyId: string;
  /** Of a key whose time has been moved, the job of its old time finds another here. */
  expiresAt: number;
}

/** A job for the moment at which a key expires. Verification refuses it by the time itself: the job only tells. */
export const scheduleExpiry = async (tx: Tx, keyId: string, expiresAt: number | null | undefined): Promise<void> => {
  if (typeof expiresAt !== "number") return;
  await tx.enqueue("api-keys.expire", { data: { accountId: tx.accountId, keyId, expiresAt }, at: expiresAt });
};

/** The event of a key that has expired, once for each time at which it does; a revoked key no longer expires. */
export const tellExpired = async (
  tx: Tx,
  { keyId, expiresAt }: Expiring,
  rootIssuerId: string,
): Promise<NewEvent | undefined> => {
  const key = await store.find(tx, keyId, undefined, expiresAt, true);
  if (key?.expires_at !== expiresAt || key.expiry_told === expiresAt || key.shown_status !== "expired")
    return undefined;
  await store.update(tx, keyId, { expiry_told: expiresAt });
  const resource = present(key, expiresAt);
  const noun = key.issuer_id === rootIssuerId ? accountApiKeys : apiKeys;
  const subject = subjectOf(tx.accountId, noun, resource);
  return { type: "api-key.expired", subject, data: { resource, previous: { status: key.status } } };
};
