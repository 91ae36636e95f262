import { expect, test } from "vitest";
import { generate } from "../src/generate.ts";
import { isIntact, sealed } from "../src/seal.ts";
import { staleFiles } from "../src/stale.ts";

const path = "docs/generated/errors.md";
const expected = new Map([[path, sealed(path, "# Errors\n\nOne.\n")]]);

test("what was generated is in step, and generating again gives the same", () => {
  expect(staleFiles(generate(), generate())).toEqual([]);
});

test("every generated file carries the seal of its content", () => {
  for (const [file, text] of generate()) expect(isIntact(file, text), file).toBe(true);
});

test("the sealed document is JSON still", () => {
  const json = generate().get("docs/generated/openapi.json") ?? "";
  expect(JSON.parse(json)).toMatchObject({ "x-generated": expect.stringContaining("pnpm gen"), openapi: "3.1.0" });
});

test("an edit by hand is found, with its line", () => {
  const edited = new Map([[path, expected.get(path)?.replace("One.", "Two.") ?? ""]]);
  const line = { number: 4, found: "Two.", expected: "One." };
  expect(staleFiles(expected, edited)).toEqual([{ path, why: "edited by hand", line }]);
});

test("what an older contract gave is out of step", () => {
  const older = new Map([[path, sealed(path, "# Errors\n")]]);
  const line = { number: 4, found: "(end)", expected: "One." };
  expect(staleFiles(expected, older)).toEqual([{ path, why: "out of step", line }]);
});

test("a missing file is found, and one that nothing generates any more", () => {
  expect(staleFiles(expected, new Map([["docs/generated/old.md", ""]]))).toEqual([
    { path, why: "missing" },
    { path: "docs/generated/old.md", why: "no longer generated" },
  ]);
});
