import type { Secrets } from "./secrets.ts";

const COUNT = 10;
const LENGTH = 10;
/** Crockford's: no letter that is taken for a digit. Ten of these characters have 50 bits. */
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

/** New codes, and the MACs that are kept of them. */
export const makeBackupCodes = (secrets: Secrets, verifierId: string): { codes: string[]; macs: Buffer[] } => {
  const bodies = Array.from({ length: COUNT }, () => {
    const bytes = secrets.random(LENGTH);
    return [...bytes].map((byte) => alphabet.charAt(byte % alphabet.length)).join("");
  });
  return {
    codes: bodies.map((body) => `${body.slice(0, LENGTH / 2)}-${body.slice(LENGTH / 2)}`),
    macs: bodies.map((body) => secrets.macOf(verifierId, body)),
  };
};

/** The MACs that are left when this code is used; undefined where it is none of them. */
export const withoutCode = (
  secrets: Secrets,
  verifierId: string,
  macs: readonly Buffer[],
  code: string,
): Buffer[] | undefined => {
  const used = secrets.macOf(verifierId, bodyOf(code));
  const left = macs.filter((mac) => !mac.equals(used));
  return left.length < macs.length ? left : undefined;
};

/** As it was made, whatever a person makes of it. */
const bodyOf = (code: string): string =>
  code.toLowerCase().replace(/[\s-]/g, "").replaceAll("o", "0").replace(/[il]/g, "1");
