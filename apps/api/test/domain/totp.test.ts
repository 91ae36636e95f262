import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { makeBackupCodes, withoutCode } from "../../src/domain/backup-codes.ts";
import { provisioningUri, stepOfCode, totpSecretOf } from "../../src/domain/totp.ts";
import { testDeps } from "../harness/deps.ts";

/** RFC 6238, appendix B, whose codes have eight digits: the last six are the code of six. */
const secret = totpSecretOf(Buffer.from("12345678901234567890"));
const vectors: [seconds: number, code: string][] = [
  [59, "94287082"],
  [1111111109, "07081804"],
  [1111111111, "14050471"],
  [1234567890, "89005924"],
  [2000000000, "69279037"],
  [20000000000, "65353130"],
];

test.each(vectors)("at %i the code is the RFC's", (seconds, code) => {
  const step = Math.floor(seconds / 30);
  expect(stepOfCode(secret, code.slice(2), seconds * 1000, 0)).toBe(step);
  expect(stepOfCode(secret, `${code.slice(2, 5)} ${code.slice(5)}`, seconds * 1000, step - 1)).toBe(step);
});

test("a code is taken one step early or late, and no more; and never again, nor one before it", () => {
  const now = 1_800_000_000_000;
  const step = now / 30_000;
  const codeOf = (ahead: number) =>
    TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: now + ahead * 30_000 });
  const taken = [-2, -1, 0, 1, 2].map((ahead) => stepOfCode(secret, codeOf(ahead), now, 0));
  expect(taken).toEqual([undefined, step - 1, step, step + 1, undefined]);
  const afterwards = [-1, 0, 1].map((ahead) => stepOfCode(secret, codeOf(ahead), now, step));
  expect(afterwards).toEqual([undefined, undefined, step + 1]);
});

test.each([
  "",
  "12345",
  "1234567",
  "abcdef",
  "１２３４５６",
  "-12345",
  "\u0661\u0662\u0663\u0664\u0665\u0666",
  "12345\n",
])("%j is no code", (code) => {
  expect(stepOfCode(secret, code, 59_000, 0)).toBeUndefined();
});

test("the address for the app says whose it is, whatever the names hold", () => {
  const uri = new URL(provisioningUri({ issuer: "Acme: R&D", username: "ada+x@example.com", secret }));
  expect(uri.protocol).toBe("otpauth:");
  expect(decodeURIComponent(uri.pathname)).toBe("/Acme: R&D:ada+x@example.com");
  expect(Object.fromEntries(uri.searchParams)).toEqual({
    ...{ issuer: "Acme: R&D", secret, algorithm: "SHA1", digits: "6", period: "30" },
  });
});

test("backup codes are ten, and are known however they are written, below their own verifier alone", () => {
  const { secrets } = testDeps();
  const { codes, macs } = makeBackupCodes(secrets, "vrf_1");
  expect(new Set(codes).size).toBe(10);
  for (const code of codes) expect(code).toMatch(/^[0-9a-hjkmnp-tv-z]{5}-[0-9a-hjkmnp-tv-z]{5}$/);
  const [first = ""] = codes;
  const spellings = [first, first.toUpperCase(), first.replace("-", ""), ` ${first.replace("-", " ")} `];
  for (const written of [...spellings, first.replaceAll("0", "O").replaceAll("1", "l")]) {
    expect(withoutCode(secrets, "vrf_1", macs, written)).toEqual(macs.slice(1));
  }
  expect(withoutCode(secrets, "vrf_2", macs, first)).toBeUndefined();
  expect(withoutCode(secrets, "vrf_1", macs.slice(1), first)).toBeUndefined();
});
