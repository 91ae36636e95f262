import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { generate, type Stale, staleFiles } from "@authpi/codegen";
import { configPage } from "./gen/config-page.ts";
import { databaseTexts } from "./gen/database.ts";
import { presentFiles } from "./gen/present-files.ts";

const root = resolve(import.meta.dirname, "..");
const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;

const expected = new Map([...generate(), ...configPage(), ...(await databaseTexts())]);
const stale = staleFiles(expected, presentFiles(root, expected.keys()));

if (stale.length === 0) console.log(`${expected.size} generated files are in step.`);
else if (check) refuse(stale);
else bringInStep(stale);

function refuse(stale: readonly Stale[]): void {
  for (const { path, why, line } of stale) {
    console.error(`${path}: ${why}`);
    if (line) console.error(`  line ${line.number}\n  - ${line.found}\n  + ${line.expected}`);
  }
  console.error("Run `pnpm gen` and commit what it writes.");
  process.exitCode = 1;
}

function bringInStep(stale: readonly Stale[]): void {
  for (const { path, why } of stale) {
    const text = expected.get(path);
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    if (text === undefined) rmSync(file);
    else writeFileSync(file, text);
    console.log(`${path}: was ${why}, now ${text === undefined ? "removed" : "written"}`);
  }
}
