import { type UserVerifier, userVerifiers, type VerificationResult } from "@authpi/schema";
import type { Static } from "typebox";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { withoutCode } from "../../domain/backup-codes.ts";
import { stepOfCode } from "../../domain/totp.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { Problem } from "../../http/problem.ts";
import { LOCK_MS, lockOf, present } from "./present.ts";
import * as store from "./store.ts";
import { openTotpSecret, type VerifierCall } from "./totp.ts";

const ATTEMPTS_MAX = 5;
/** From here on the user should be told to make new codes. */
const LOW = 3;

type Told = "user.mfa.verification.succeeded" | "user.mfa.verification.failed" | "user.mfa.backup-codes.low";
export type CodeCheck =
  | { outcome: "right" | "wrong"; verifier: UserVerifier; told: Told[]; events: NewEvent[] }
  | { outcome: "locked"; until: number; events: [] };

export const verify = async ({
  tx,
  row,
  body,
  deps,
  emit,
}: VerifierCall<"verify">): Promise<Static<typeof VerificationResult>> => {
  const check = await checkCode({ tx, deps }, row, body.code);
  if (check.outcome === "locked") {
    throw new Problem("rateLimited", "Five wrong codes in a row have locked this verifier for 15 minutes.", {
      retryAfterSeconds: Math.ceil((check.until - deps.clock.now()) / 1000),
    });
  }
  for (const type of check.told) emit(type, check.verifier);
  const isRight = check.outcome === "right";
  return { success: isRight, remaining: check.verifier.codes_remaining, error: isRight ? null : "invalid_code" };
};

/**
 * Checks a code of an authenticator app or of backup codes, and notes its use, or one more wrong one: the caller commits either. The row
 * was found with its lock (`store.find`).
 *
 * @throws {Problem} 409 where the verifier has no codes.
 */
export const checkCode = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "clock" | "keys" | "secrets"> },
  row: store.VerifierRow,
  code: string,
): Promise<CodeCheck> => {
  const now = deps.clock.now();
  const until = lockOf(row, now);
  if (until !== null) return { outcome: "locked", until, events: [] };
  const used = useCode(deps, row, code, now);
  const counted = { usage_count: row.usage_count + 1, last_used_at: now, failed_attempts: 0, locked_until: null };
  const verifier = present(await store.update(tx, row, used ? { ...used, ...counted } : failure(row, now)), now);
  const told: Told[] = [used ? "user.mfa.verification.succeeded" : "user.mfa.verification.failed"];
  if (used && verifier.codes_remaining !== null && verifier.codes_remaining <= LOW)
    told.push("user.mfa.backup-codes.low");
  const events = told.map((type) => tell(tx, userVerifiers, type, verifier));
  return { outcome: used ? "right" : "wrong", verifier, told, events };
};

/** The columns in which its use is noted, so that it is the last one; undefined where the code is wrong. */
const useCode = (deps: Pick<Deps, "keys" | "secrets">, row: store.VerifierRow, code: string, now: number) => {
  if (row.type === "totp" && row.totp_secret !== null) {
    const step = stepOfCode(openTotpSecret(deps, row, row.totp_secret), code, now, row.totp_counter ?? 0);
    return step === undefined ? undefined : { totp_counter: step };
  }
  if (row.type === "backup_codes" && row.backup_codes !== null) {
    const left = withoutCode(deps.secrets, row.id, row.backup_codes, code);
    return left && { backup_codes: left };
  }
  throw new Problem("conflict", `A verifier of type ${row.type} has no codes to verify.`);
};

/** The fifth in a row locks; after the lock it takes five more. */
const failure = ({ failed_attempts }: store.VerifierRow, now: number) =>
  failed_attempts + 1 < ATTEMPTS_MAX
    ? { failed_attempts: failed_attempts + 1, locked_until: null }
    : { failed_attempts: 0, locked_until: now + LOCK_MS };

/** Whether the code is right, and would be the last time; nothing is noted. */
export const matches = (
  deps: Pick<Deps, "clock" | "keys" | "secrets">,
  row: store.VerifierRow,
  code: string,
): boolean => useCode(deps, row, code, deps.clock.now()) !== undefined;
