import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The machine's own PATH, without the workspace's tools: what a user has. */
export const systemPath = (): string =>
  (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"))
    .join(delimiter);

/** Builds and packs the SDK into the folder, as a release does; the tarball's path. */
export const packAdmin = async (folder: string): Promise<string> => {
  const pack = ["-y", "pnpm@12.21.0", "--filter", "@authpi/admin", "pack", "--pack-destination", folder];
  await run("npx", pack, { cwd: root, env: { ...process.env, PATH: systemPath(), NODE_OPTIONS: "" } });
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"));
  if (!tarball) throw new Error("The pack made no tarball.");
  return join(folder, tarball);
};
