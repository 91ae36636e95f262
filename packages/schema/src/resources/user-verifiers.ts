import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { password } from "./password.ts";
import { users } from "./users.ts";

const types = ["password", "totp", "webauthn", "backup_codes"] as const;
const core = {
  id: f.id("verifier"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  user_id: f.id("user"),
  type: f.oneOf(types),
  name: f.name,
  ...f.statusFields(["active", "locked"]),
  status: f.oneOf(["active", "locked"], {
    description: "`locked` for 15 minutes after five wrong codes; time unlocks it, without moving the `ETag`.",
  }),
  locked_until: f.nullable(f.millis("When the lock ends.")),
  usage_count: Type.Integer({ minimum: 0, description: "How often it was used; does not move the `ETag`." }),
  last_used_at: f.nullable(f.millis("When it was last used; does not move the `ETag`.")),
  codes_remaining: f.nullable(
    Type.Integer({
      minimum: 0,
      description: "Of `backup_codes`: how many can still be used. Does not move the `ETag`.",
    }),
  ),
  ...f.timestamps,
};
export const UserVerifier = Type.Object(core, { title: "UserVerifier" });
export type UserVerifier = Static<typeof UserVerifier>;

const secrets = {
  codes: Type.Array(Type.String(), {
    description: "Ten codes, each good for one use. Shown once.",
    examples: [["k7m2q-x9wd4", "p3r8t-h5cnv"]],
  }),
  secret: Type.String({
    description: "The shared secret (RFC 6238) in base 32, for typing it in. Shown once.",
    examples: ["JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"],
  }),
};

/** A verifier, or the enrollment that a `totp` begins with. */
export const UserVerifierCreated = Type.Object(
  {
    ...(Object.fromEntries(Object.entries(core).map(([key, schema]) => [key, Type.Optional(schema)])) as {
      [K in keyof typeof core]: ReturnType<typeof Type.Optional<(typeof core)[K]>>;
    }),
    codes: Type.Optional(secrets.codes),
    enrollment_id: Type.Optional(f.id("verifier", "Of a `totp`: what `complete-enrollment` is told")),
    secret: Type.Optional(secrets.secret),
    provisioning_uri: Type.Optional(
      Type.String({
        description: "The same for an authenticator app, to be shown as a QR code. Holds the secret. Shown once.",
        examples: [
          "otpauth://totp/acme-prod:ada%40example.com?issuer=acme-prod&secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        ],
      }),
    ),
    expires_at: Type.Optional(f.millis("When the enrollment ends: ten minutes after it began.")),
  },
  {
    title: "UserVerifierCreated",
    description:
      "Of a password the verifier; of backup codes the verifier and `codes`; of a `totp` exactly `enrollment_id`, `secret`, `provisioning_uri` and `expires_at`.",
  },
);
export type UserVerifierCreated = Static<typeof UserVerifierCreated>;

export const UserVerifierCreate = f.createBody("UserVerifierCreate", { type: core.type }, { name: f.name, password });
export const UserVerifierUpdate = f.updateBody("UserVerifierUpdate", { name: f.name, password });

const code = f.text({ max: 64, required: true, description: "The code as the user has it.", examples: ["287082"] });
export const CompleteEnrollment = Type.Object(
  {
    enrollment_id: f.idInput("verifier", "What creating the `totp` answered"),
    code,
  },
  { title: "CompleteEnrollment", ...f.closed },
);
export const EnrollmentResult = Type.Object(
  {
    success: Type.Boolean(),
    verifier_id: f.nullable(f.id("verifier", "The new verifier; null where there is none")),
    backup_codes: f.nullable(
      Type.Array(Type.String(), {
        description: "Ten codes, where the user had none before, else null. Shown once.",
      }),
    ),
    error: f.nullable(
      f.oneOf(["invalid_code", "enrollment_expired"], {
        description:
          "Why it failed. The fifth wrong code ends the enrollment; `enrollment_expired` is said of every one that is not there, or no longer.",
      }),
    ),
  },
  { title: "EnrollmentResult" },
);
export const BackupCodes = Type.Object({ codes: secrets.codes }, { title: "BackupCodes" });
export const VerifyCode = Type.Object({ code }, { title: "VerifyCode", ...f.closed });
export const VerificationResult = Type.Object(
  {
    success: Type.Boolean(),
    remaining: f.nullable(
      Type.Integer({ minimum: 0, description: "How many backup codes can still be used; null of a `totp`." }),
    ),
    error: f.nullable(
      f.oneOf(["invalid_code"], { description: "Why it failed: a wrong code, or one that was used before." }),
    ),
  },
  { title: "VerificationResult" },
);

export const userVerifiers = defineResource({
  name: "verifiers",
  one: "verifier",
  segment: "verifiers",
  param: "verifier_id",
  parent: users,
  description: "What a user proves who they are with: a password, authenticator apps, passkeys, backup codes.",
  operations: {
    list: op.list({ summary: "List a user's verifiers", item: UserVerifier, whole: true }),
    create: op.create({
      summary: "Give a user a verifier",
      description:
        "A user has one `password`, one set of `backup_codes` and up to ten `totp` at a time. A `totp` begins with an enrollment, which ends the user's earlier one and is completed with the first code. A passkey is made by its user's browser alone: `webauthn` is refused here.",
      body: UserVerifierCreate,
      returns: UserVerifierCreated,
      emits: ["user.verifier.created"],
    }),
    completeEnrollment: op.actionOnAll({
      suffix: "complete-enrollment",
      summary: "Complete an authenticator app's enrollment",
      description:
        "With the app's first code. A wrong one is answered 200 with `success: false`; five of them end the enrollment.",
      body: CompleteEnrollment,
      returns: EnrollmentResult,
      emits: ["user.mfa.factor-created", "user.verifier.created"],
    }),
    get: op.get({ summary: "Get a verifier", returns: UserVerifier }),
    update: op.update({
      summary: "Rename a verifier, or replace a password",
      body: UserVerifierUpdate,
      returns: UserVerifier,
      emits: ["user.verifier.updated", "user.password.changed"],
    }),
    delete: op.delete({
      summary: "Take a verifier from a user",
      emits: ["user.verifier.deleted", "user.mfa.factor-deleted"],
    }),
    regenerate: op.action({
      suffix: "regenerate",
      summary: "Replace the backup codes",
      description: "The codes before are good for nothing any more. Other types are 409.",
      returns: BackupCodes,
      emits: ["user.mfa.backup-codes.regenerated"],
    }),
    verify: op.action({
      suffix: "verify",
      summary: "Verify a code",
      description:
        "Of a `totp` or of `backup_codes`; other types are 409. A code is good once. A wrong one is answered 200 with `success: false`; after five of them in a row this is 429 for 15 minutes.",
      body: VerifyCode,
      returns: VerificationResult,
      emits: ["user.mfa.verification.succeeded", "user.mfa.verification.failed", "user.mfa.backup-codes.low"],
    }),
  },
});
