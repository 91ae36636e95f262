import type { VerificationResult } from "@authpi/schema";
import type { Static } from "typebox";
import type { Deps } from "../../deps.ts";
import { withoutCode } from "../../domain/backup-codes.ts";
import { stepOfCode } from "../../domain/totp.ts";
import { Problem } from "../../http/problem.ts";
import { LOCK_MS, lockOf, present } from "./present.ts";
import * as store from "./store.ts";
import { openTotpSecret, type VerifierCall } from "./totp.ts";

const ATTEMPTS_MAX = 5;
/** From here on the user should be told to make new codes. */
const LOW = 3;

export const verify = async ({
  tx,
  row,
  body,
  deps,
  emit,
}: VerifierCall<"verify">): Promise<Static<typeof VerificationResult>> => {
  const now = deps.clock.now();
  requireUnlocked(row, now);
  const used = useCode(deps, row, body.code, now);
  if (!used) {
    const left = present(await store.update(tx, row, failure(row, now)), now);
    emit("user.mfa.verification.failed", left);
    return { success: false, remaining: left.codes_remaining, error: "invalid_code" };
  }
  const counted = { usage_count: row.usage_count + 1, last_used_at: now, failed_attempts: 0, locked_until: null };
  const left = present(await store.update(tx, row, { ...used, ...counted }), now);
  emit("user.mfa.verification.succeeded", left);
  if (left.codes_remaining !== null && left.codes_remaining <= LOW) emit("user.mfa.backup-codes.low", left);
  return { success: true, remaining: left.codes_remaining, error: null };
};

const requireUnlocked = (row: store.VerifierRow, now: number): void => {
  const until = lockOf(row, now);
  if (until === null) return;
  throw new Problem("rateLimited", "Five wrong codes in a row have locked this verifier for 15 minutes.", {
    retryAfterSeconds: Math.ceil((until - now) / 1000),
  });
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
