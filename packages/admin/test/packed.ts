import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Consumer {
  folder: string;
  tarball: string;
  /** The system's Node: what a user of the package has. */
  node: string;
  remove(): void;
}

/** The package as a user gets it: built, packed, and installed by npm in an empty folder. */
export const installPacked = (): Consumer => {
  const folder = mkdtempSync(join(tmpdir(), "authpi-admin-"));
  run("npx", ["-y", "pnpm@12.21.0", "--filter", "@authpi/admin", "pack", "--pack-destination", folder], root);
  const tarball = join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "no tarball");
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "private": true }');
  run("npm", ["install", "--no-audit", "--no-fund", tarball], folder);
  return { folder, tarball, node: systemNode(), remove: () => rmSync(folder, { recursive: true }) };
};

/** Runs a command with the system's Node first; its output, or an error that holds it. */
export const run = (command: string, args: readonly string[], cwd: string): string =>
  execFileSync(command, args, {
    cwd,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PATH: [dirname(systemNode()), process.env.PATH].join(delimiter), NODE_OPTIONS: "" },
  });

/** The same, while this process goes on serving what the command talks to. */
export const runBeside = async (command: string, args: readonly string[], cwd: string): Promise<string> =>
  (await promisify(execFile)(command, args, { cwd, encoding: "utf8", env: { ...process.env, NODE_OPTIONS: "" } }))
    .stdout;

const systemNode = (): string => {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const node = folders.map((folder) => join(folder, "node")).find((path) => existsSync(path));
  if (node) return node;
  throw new Error("there is no node on the PATH beside the one in node_modules");
};
