import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const page = await readFile(new URL("../../../../docs/conformance.md", import.meta.url), "utf8");
const rows = [...page.matchAll(/^\| `(oidcc-[\w-]+)` \| ([^|]+) \| (?:`([^`|]+)` )?\|$/gm)].map(
  ([, module = "", promise = "", file]) => ({ module, promise, file }),
);
const textOf = (file: string) => readFile(new URL(`../${file}`, import.meta.url), "utf8");

test("every test that the conformance page names exists", async () => {
  const named = rows.flatMap(({ promise, file }) => (file ? [{ promise, file }] : []));
  const texts = Object.fromEntries(
    await Promise.all([...new Set(named.map(({ file }) => file))].map(async (file) => [file, await textOf(file)])),
  );
  const missing = named.filter(({ promise, file }) => !texts[file].includes(`"${promise}"`));
  expect(missing).toEqual([]);
});

test("each module of the plans is there once, and each row can be read", () => {
  const modules = rows.map(({ module }) => module);
  expect(modules).toHaveLength([...page.matchAll(/^\| `oidcc-/gm)].length);
  expect(new Set(modules).size).toBe(modules.length);
  // Basic 38, config 1, RP-initiated logout 11, back-channel 2.
  expect(modules).toHaveLength(52);
});
