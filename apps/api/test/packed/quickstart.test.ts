import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { blocksOf } from "../harness/markdown.ts";
import { packAdmin, systemPath } from "../harness/packed.ts";
import { createWorld } from "../harness/world.ts";

const run = promisify(execFile);
const page = await readFile(new URL("../../../../docs/quickstart.md", import.meta.url), "utf8");
const world = await createWorld();
const folder = await mkdtemp(join(tmpdir(), "authpi-quickstart-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const seven = [
  "api-key.verified",
  "api-key.created",
  "organization.membership.created",
  "user.created",
  "organization.created",
  "client.created",
  "issuer.created",
];

const environmentOf = ({ id, secret }: { id: string; secret: string }) => ({
  PATH: systemPath(),
  HOME: folder,
  AUTHPI_KEY_ID: id,
  AUTHPI_KEY_SECRET: secret,
  AUTHPI_BASE_URL: world.server.url,
});

test("the quickstart's TypeScript runs as it stands, with the packed SDK on the system's Node", {
  timeout: 180_000,
}, async () => {
  const { key } = await world.tenant();
  const env = environmentOf(key);
  // The account was made by the operator's command, which is an event of its own; a first start's account has none.
  await world.sql("delete from events");
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true }));
  await run("npm", ["install", "--no-audit", "--no-fund", await packAdmin(folder), "tsx"], { cwd: folder, env });
  await writeFile(join(folder, "quickstart.mts"), blocksOf(page, "ts").join("\n"));

  const { stdout } = await run("npx", ["tsx", "quickstart.mts"], { cwd: folder, env });
  const lines = stdout.trim().split("\n");
  expect(lines.slice(-7)).toEqual(seven);
  expect(lines.slice(0, -7).map((line) => line.split(/\s+/)[0])).toEqual([
    "issuer",
    "client",
    "organization",
    "api",
    "verified",
  ]);
});

test("the quickstart's curl commands run as they stand", async () => {
  const { key } = await world.tenant();
  await world.sql("delete from events");
  const script = ["set -euo pipefail", ...blocksOf(page, "bash")].join("\n");
  const { stdout } = await run("bash", ["-c", script], { cwd: folder, env: environmentOf(key) });
  const answers = stdout
    .replaceAll("}{", "}\n{")
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(answers.at(-1).data.map(({ type }: { type: string }) => type)).toEqual(seven);
  expect(answers[0].issuer).toMatch(/\/i_[0-9a-z]{25}$/);
});
