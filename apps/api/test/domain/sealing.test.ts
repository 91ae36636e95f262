import { createSecretKey } from "node:crypto";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Redacted } from "../../src/domain/redacted.ts";
import { seal, unseal } from "../../src/domain/sealing.ts";

const key = createSecretKey(Buffer.alloc(32, 1));
const other = createSecretKey(Buffer.alloc(32, 2));

test("what is sealed comes back whole, and never looks the same twice", () => {
  for (const text of ["", "a", "ü€😀\0", "x".repeat(100_000)]) {
    const sealed = seal(key, text, "row 1");
    expect(unseal(key, sealed, "row 1")).toBe(text);
    expect(seal(key, text, "row 1")).not.toEqual(sealed);
    if (text.length > 3) expect(sealed.includes(text)).toBe(false);
  }
});

test("another key, another row or one bit of difference opens nothing", () => {
  const sealed = seal(key, "secret", "row 1");
  expect(() => unseal(other, sealed, "row 1")).toThrow();
  expect(() => unseal(key, sealed, "row 2")).toThrow();
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    expect(() => unseal(key, changed, "row 1"), `bit ${bit}`).toThrow();
  }
});

test("what was cut short opens nothing", () => {
  const sealed = seal(key, "secret", "row 1");
  for (let length = 0; length < sealed.length; length++)
    expect(() => unseal(key, sealed.subarray(0, length), "row 1"), `${length} bytes`).toThrow();
});

test("a redacted value leaves by reveal alone", () => {
  const redacted = new Redacted({ password: "hunter2" });
  const shown = [`${redacted}`, JSON.stringify({ redacted }), inspect({ redacted }), String(Object.entries(redacted))];
  for (const text of shown) expect(text).not.toContain("hunter2");
  expect(inspect(redacted)).toBe("[secret]");
  expect(redacted.reveal()).toEqual({ password: "hunter2" });
});
