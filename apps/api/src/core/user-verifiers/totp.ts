import type { EnrollmentResult, UserVerifier, userVerifiers } from "@authpi/schema";
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

/** The enrollment that was begun, with its secret once more, for a page that is shown again; undefined where it has ended. */
export const openEnrollment = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "clock" | "keys"> },
  user: { id: string; issuer_id: string; username: string; issuer_name: string },
  id: string,
) => {
  const row = await store.findEnrollment(tx, { issuer_id: user.issuer_id, user_id: user.id }, id, deps.clock.now());
  if (!row) return undefined;
  const secret = openTotpSecret(deps, row, row.secret);
  const provisioning_uri = provisioningUri({ issuer: user.issuer_name, username: user.username, secret });
  return { enrollment_id: id, secret, provisioning_uri, expires_at: row.expires_at };
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
  const { result, verifiers } = await finishEnrollment({ tx, deps }, params, body);
  // An enrollment is no verifier: of its wrong codes no event tells.
  if (verifiers.length === 0) unchanged();
  for (const verifier of verifiers) emit(createdType(verifier), verifier);
  return result;
};

export const createdType = ({ type }: UserVerifier) =>
  type === "totp" ? "user.mfa.factor-created" : "user.verifier.created";

/** The first code of an enrollment makes a verifier of it; the caller has locked the user, and commits a wrong one too. */
export const finishEnrollment = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "ids" | "clock" | "secrets" | "keys"> },
  place: store.UserPlace,
  given: { enrollment_id: string; code: string },
): Promise<{ result: Result; verifiers: UserVerifier[] }> => {
  const now = deps.clock.now();
  // A statement of its own, behind the user's lock: it sees what the last holder did to the enrollment.
  const enrollment = await store.findEnrollment(tx, place, given.enrollment_id, now);
  const step = enrollment && stepOfCode(openTotpSecret(deps, enrollment, enrollment.secret), given.code, now, 0);
  if (!enrollment || step === undefined) {
    if (!enrollment) return { result: failed("enrollment_expired"), verifiers: [] };
    if (enrollment.attempts + 1 < ATTEMPTS_MAX) await store.countAttempt(tx, enrollment);
    else await store.endEnrollment(tx, enrollment).execute();
    return { result: failed("invalid_code"), verifiers: [] };
  }
  const { issuer_id, user_id, id, name, secret } = enrollment;
  const times = { created_at: now, updated_at: now };
  const backup = enrollment.has_backup_codes ? undefined : newBackupCodes(deps, enrollment);
  const rows = await store.completeEnrollment(tx, enrollment, [
    { issuer_id, user_id, id, type: "totp", name, totp_secret: secret, totp_counter: step, ...times },
    ...(backup ? [backup.verifier] : []),
  ]);
  const result = { success: true, verifier_id: id, backup_codes: backup?.codes ?? null, error: null };
  return { result, verifiers: rows.map((row) => present(row, now)) };
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
