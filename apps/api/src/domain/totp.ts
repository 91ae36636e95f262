import { Secret, TOTP } from "otpauth";

/** What every authenticator app takes; many ignore anything else that the URI says. */
const scheme = { algorithm: "SHA1", digits: 6, period: 30 } as const;
/** The steps before and after the present one that are taken too (RFC 6238, 5.2). */
const WINDOW = 1;

/** Twenty bytes, the length of the hash (RFC 4226, 4), in base 32. */
export const totpSecretBytes = 20;
export const totpSecretOf = (bytes: Buffer): string => new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32;

/** What a sealed secret is tied to: it opens in its own row alone. */
export const totpContext = ({ issuer_id, user_id, id }: Record<"issuer_id" | "user_id" | "id", string>): string =>
  `totp ${issuer_id} ${user_id} ${id}`;

/** What an authenticator app reads from a QR code. */
export const provisioningUri = ({ issuer, username, secret }: { issuer: string; username: string; secret: string }) =>
  new TOTP({ ...scheme, issuer, label: username, secret: Secret.fromBase32(secret) }).toString();

/** The time step of a code, where it is right and later than the last step that was taken: a code is good once. */
export const stepOfCode = (secret: string, code: string, now: number, lastStep: number): number | undefined => {
  const token = code.replace(/\s/g, "");
  if (!/^[0-9]{6}$/.test(token)) return undefined;
  const { period } = scheme;
  const delta = TOTP.validate({ ...scheme, token, secret: Secret.fromBase32(secret), timestamp: now, window: WINDOW });
  if (delta === null) return undefined;
  const step = TOTP.counter({ period, timestamp: now }) + delta;
  return step > lastStep ? step : undefined;
};
