import type { EnrollmentResult, userVerifiers } from "@authpi/schema";
import type { Static } from "typebox";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { seal, unseal } from "../../domain/sealing.ts";
import { provisioningUri, stepOfCode, totpContext, totpSecretBytes, totpSecretOf } from "../../domain/totp.ts";
import { notFound, Problem } from "../../http/problem.ts";
import type { Call } from "../../http/room.ts";
import { newBackupCodes } from "./backup-codes.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

type Operations = (typeof userVerifiers)["operations"];
export type VerifierCall<K extends keyof Operations> = Call<typeof userVerifiers, Operations[K], store.VerifierRow>;
type Result = Static<typeof EnrollmentResult>;

const ENROLLMENT_MS = 10 * 60_000;
const ATTEMPTS_MAX = 5;
const TOTP_MAX = 10;

/** Begins an enrollment: a secret that the user's app is given, and that is good for nothing before its first code. */
export const enroll = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "ids" | "clock" | "secrets" | "keys"> },
  user: NonNullable<Awaited<ReturnType<typeof store.findUser>>>,
  name = "Authenticator app",
) => {
  if ((user.n_totp ?? 0) >= TOTP_MAX) {
    throw new Problem("conflict", `A user has at most ${TOTP_MAX} authenticator apps.`);
  }
  const id = deps.ids.make("verifier");
  const secret = totpSecretOf(deps.secrets.random(totpSecretBytes));
  const place = { issuer_id: user.issuer_id, user_id: user.id, id };
  const expires_at = deps.clock.now() + ENROLLMENT_MS;
  await store.enroll(tx, {
    ...place,
    name,
    secret: seal(deps.keys.verifiers, secret, totpContext(place)),
    expires_at,
  });
  const provisioning_uri = provisioningUri({ issuer: user.issuer_name, username: user.username, secret });
  return { enrollment_id: id, secret, provisioning_uri, expires_at };
};

export const completeEnrollment = async ({
  tx,
  params,
  body,
  deps,
  emit,
  unchanged,
}: VerifierCall<"completeEnrollment">): Promise<Result> => {
  if (!(await store.findUser(tx, params, true))) throw notFound();
  const now = deps.clock.now();
  // A statement of its own, behind the user's lock: it sees what the last holder did to the enrollment.
  const enrollment = await store.findEnrollment(tx, params, body.enrollment_id, now);
  const step = enrollment && stepOfCode(openTotpSecret(deps, enrollment, enrollment.secret), body.code, now, 0);
  if (!enrollment || step === undefined) {
    // An enrollment is no verifier: of its wrong codes no event tells.
    unchanged();
    if (!enrollment) return failed("enrollment_expired");
    if (enrollment.attempts + 1 < ATTEMPTS_MAX) await store.countAttempt(tx, enrollment);
    else await store.endEnrollment(tx, enrollment).execute();
    return failed("invalid_code");
  }
  const { issuer_id, user_id, id, name, secret } = enrollment;
  const times = { created_at: now, updated_at: now };
  const backup = enrollment.has_backup_codes ? undefined : newBackupCodes(deps, enrollment);
  const rows = await store.completeEnrollment(tx, enrollment, [
    { issuer_id, user_id, id, type: "totp", name, totp_secret: secret, totp_counter: step, ...times },
    ...(backup ? [backup.verifier] : []),
  ]);
  for (const row of rows) {
    emit(row.type === "totp" ? "user.mfa.factor-created" : "user.verifier.created", present(row, now));
  }
  return { success: true, verifier_id: id, backup_codes: backup?.codes ?? null, error: null };
};

const failed = (error: NonNullable<Result["error"]>): Result => ({
  success: false,
  verifier_id: null,
  backup_codes: null,
  error,
});

/** Throws where the row was changed or moved. */
export const openTotpSecret = (
  deps: Pick<Deps, "keys">,
  place: Parameters<typeof totpContext>[0],
  sealed: Buffer,
): string => unseal(deps.keys.verifiers, sealed, totpContext(place));
