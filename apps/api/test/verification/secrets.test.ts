import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { createSecrets, isWellFormedSecret, subkey } from "../../src/domain/secrets.ts";

const masterKey = Buffer.alloc(32, "a key for this test");
const secrets = createSecrets(masterKey);

test("the stored value is HMAC-SHA-256 of the id and the secret, whatever they are", () => {
  const reference = (id: string, secret: string) =>
    createHmac("sha256", subkey(masterKey, "pepper v1")).update(`${id}\0${secret}`).digest("hex");
  const texts = ["", "a", "ü", "\0", "%:🙂", "x".repeat(100), "ü".repeat(170), "x".repeat(512), "x".repeat(100_000)];
  for (const text of [...texts, ...texts]) {
    expect(secrets.macHexOf("key_1", text)).toBe(reference("key_1", text));
    expect(secrets.macOf(text, "secret").toString("hex")).toBe(reference(text, "secret"));
  }
});

test("a typo is found before any look-up", () => {
  for (const kind of ["apiKey", "client"] as const) {
    const { plain } = secrets.mint(kind, "id");
    expect(isWellFormedSecret(plain)).toBe(true);
    for (let at = 3; at < plain.length; at++) {
      const other = plain[at] === "a" ? "b" : "a";
      expect(isWellFormedSecret(plain.slice(0, at) + other + plain.slice(at + 1))).toBe(false);
      expect(isWellFormedSecret(plain.slice(0, at) + plain.slice(at + 1))).toBe(false);
    }
    for (const text of ["", `${plain} `, ` ${plain}`, plain.replace(/.$/, "ü"), plain.replace(/.$/, "\0")]) {
      expect(isWellFormedSecret(text)).toBe(false);
    }
  }
});

test("secrets differ from each other, and end in their hint", () => {
  const made = Array.from({ length: 1000 }, () => secrets.mint("apiKey", "key_1"));
  expect(new Set(made.map(({ plain }) => plain)).size).toBe(1000);
  for (const { plain, hint } of made) expect(plain).toMatch(new RegExp(`^aps_[0-9A-Za-z]{41}${hint}$`));
});
