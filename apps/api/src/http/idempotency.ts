import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { FastifyRequest } from "fastify";
import { sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import { seal, unseal } from "../domain/sealing.ts";
import { invalid, Problem } from "./problem.ts";

const keepMs = 24 * 3600 * 1000;
const storedBytesMax = 512 * 1024;

/** An answer as it left, and leaves again. */
export interface Answered {
  status: number;
  headers: Record<string, string>;
  body: string | undefined;
  /** What the caller must hold for a replay, beyond the operation's own scope. */
  scope?: string;
  handedOn?: readonly string[];
}
export interface IdempotentRequest {
  key: string;
  /** The credential's id: each has its own keys. */
  credential: string;
  method: string;
  path: string;
  body: unknown;
}
export interface Claim {
  /** The answer of the first request with this key; undefined: this is the first. */
  stored: Answered | undefined;
  /** Stores the answer in the transaction of the work, or of what followed it. */
  keep(tx: Tx, answer: Answered): Promise<void>;
}

/** The key of a request, where it has one and may change something. */
export const keyOf = ({ method, headers }: FastifyRequest): string | undefined => {
  const key = headers["idempotency-key"];
  if (key === undefined || method === "GET" || method === "HEAD") return undefined;
  if (typeof key === "string" && key.length >= 1 && key.length <= 256) return key;
  throw invalid({ field: "Idempotency-Key", code: "invalid", message: "must have 1 to 256 characters" });
};

/**
 * Claims a key for the rest of the transaction: a duplicate that runs at the same time is told so at once. The key is stored as a MAC
 * and the answer encrypted with what only the key itself gives, so that the database alone shows no one-time secret.
 *
 * @throws {Problem} 409 while the first still runs, 422 where the key was used for something else.
 */
export const claimKey = async (tx: Tx, secret: KeyObject, now: number, request: IdempotentRequest): Promise<Claim> => {
  const mac = createHmac("sha256", secret).update(`${tx.accountId}\0${request.credential}\0${request.key}`).digest();
  const sealing = sealingKey(secret, request.key);
  // A MAC and no mere hash: a body may hold a password, which a hash in a stolen database would let be guessed.
  const fingerprint = createHmac("sha256", secret)
    .update(JSON.stringify([request.method, request.path, request.body ?? null]))
    .digest();
  const context = `${tx.accountId}\0${request.credential}`;

  const { rows } = await sql<{
    locked: boolean;
  }>`select pg_try_advisory_xact_lock(${mac.readBigInt64BE(0).toString()}::bigint) as locked`.execute(tx.db);
  if (!rows[0]?.locked) throw running();
  // A statement of its own, behind the lock: it sees what the last holder committed.
  const row = await tx
    .from("idempotency_keys")
    .select(["fingerprint", "answer"])
    .where("credential_id", "=", request.credential)
    .where("key_mac", "=", mac)
    .where("expires_at", ">", now)
    .executeTakeFirst();
  if (row && !row.fingerprint.equals(fingerprint)) {
    throw new Problem("keyReused", "This Idempotency-Key was used for another request.");
  }
  return {
    // The answer was sealed by keep, under a key that this program alone derives.
    stored: row && (JSON.parse(unseal(sealing, row.answer, context)) as Answered),
    keep: async (keeping, answer) => {
      const small = answer.body === undefined || answer.body.length <= storedBytesMax;
      const text = JSON.stringify(small ? answer : { ...answer, body: undefined });
      const values = { fingerprint, answer: seal(sealing, text, context), expires_at: now + keepMs };
      await keeping
        .insert("idempotency_keys", { credential_id: request.credential, key_mac: mac, ...values })
        .onConflict((conflict) => conflict.columns(["account_id", "credential_id", "key_mac"]).doUpdateSet(values))
        .execute();
    },
  };
};

const running = () =>
  new Problem("running", "A request with this Idempotency-Key is still running.", { retryAfterSeconds: 1 });

const sealingKey = (secret: KeyObject, key: string): KeyObject =>
  createSecretKey(Buffer.from(hkdfSync("sha256", secret.export(), key, "authpi idempotent answer v1", 32)));
