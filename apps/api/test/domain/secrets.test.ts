import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { createSecrets, isWellFormedSecret, secretLength, subkey } from "../../src/domain/secrets.ts";

const masterKey = Buffer.alloc(32, 1);
const secrets = createSecrets(masterKey);
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

test("a secret has a prefix that scanners find, and its hint is its end", () => {
  const key = secrets.mint("apiKey", "key_1");
  const client = secrets.mint("client", "c_1");
  expect(key.plain).toMatch(/^aps_[0-9A-Za-z]{49}$/);
  expect(client.plain).toMatch(/^acs_[0-9A-Za-z]{49}$/);
  expect(key.plain).toHaveLength(secretLength);
  expect(key.hint).toBe(key.plain.slice(-8));
});

test("no two secrets are the same", () => {
  const plain = Array.from({ length: 1000 }, () => secrets.mint("apiKey", "key_1").plain);
  expect(new Set(plain).size).toBe(1000);
  for (const secret of plain) expect(isWellFormedSecret(secret)).toBe(true);
});

test("the checksum finds every typo of one character, and every swap of neighbours", () => {
  const { plain } = secrets.mint("apiKey", "key_1");
  for (let at = 4; at < plain.length; at++) {
    const [before, char, after] = [plain.slice(0, at), plain.charAt(at), plain.slice(at + 1)];
    const others = [...alphabet, "-", " ", "é", ""].filter((other) => other !== char);
    const passed = others.filter((other) => isWellFormedSecret(`${before}${other}${after}`));
    expect(passed, `at ${at}`).toEqual([]);
    const next = after.charAt(0);
    if (next && next !== char) expect(isWellFormedSecret(`${before}${next}${char}${after.slice(1)}`)).toBe(false);
  }
});

test("what was never a secret is not well-formed", () => {
  const { plain } = secrets.mint("apiKey", "key_1");
  const strangers = ["", "aps_", plain.slice(1), `${plain} `, plain.toLowerCase(), plain.replace("_", "-")];
  for (const text of strangers) expect(isWellFormedSecret(text), text).toBe(false);
  expect(isWellFormedSecret("a".repeat(1_000_000))).toBe(false);
});

test("the MAC is HMAC-SHA-256 over the id and the secret, whatever their length and characters", () => {
  const pepper = subkey(masterKey, "pepper v1");
  for (const secret of ["", "a", "ü€😀", "x".repeat(100), "x".repeat(511), "x".repeat(5000), "\ud800"]) {
    const expected = createHmac("sha256", pepper).update(`key_1\0${secret}`).digest("hex");
    expect(secrets.macHexOf("key_1", secret)).toBe(expected);
    expect(secrets.macOf("key_1", secret).toString("hex")).toBe(expected);
  }
});

test("a MAC is of one id, one secret and one pepper", () => {
  const { plain, mac } = secrets.mint("apiKey", "key_1");
  expect(secrets.macOf("key_1", plain)).toEqual(mac);
  expect(secrets.macOf("key_2", plain)).not.toEqual(mac);
  expect(secrets.macOf("key_1", `${plain}x`)).not.toEqual(mac);
  expect(createSecrets(Buffer.alloc(32, 2)).macOf("key_1", plain)).not.toEqual(mac);
});

test("keys for two purposes are two keys, and neither is the master key", () => {
  const [one, other] = [subkey(masterKey, "cursors v1"), subkey(masterKey, "cookies v1")];
  expect(one.export()).toHaveLength(32);
  expect(one.equals(other)).toBe(false);
  expect(one.equals(subkey(masterKey, "cursors v1"))).toBe(true);
  expect(one.export()).not.toEqual(masterKey);
});
