import { spawn } from "node:child_process";
import { once } from "node:events";
import { access, rm } from "node:fs/promises";
import { join } from "node:path";

const version = "4.32.5";
const folder = join(import.meta.dirname, `../../node_modules/.cache/schemathesis-${version}`);

/** The path of `st`, installed into a folder of ours by the first run. */
export async function schemathesis(): Promise<string> {
  const st = join(folder, "bin/st");
  if (await exists(st)) return st;
  console.log(`Installing Schemathesis ${version} into ${folder}`);
  try {
    await run("python3", ["-m", "venv", folder]);
    await run(join(folder, "bin/pip"), [
      "install",
      "--quiet",
      "--disable-pip-version-check",
      `schemathesis==${version}`,
    ]);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return st;
}

async function run(command: string, args: string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  const code = await once(child, "exit").then(
    ([exit]) => exit,
    (error: NodeJS.ErrnoException) => error.code,
  );
  if (code === "ENOENT") throw new Error(`${command} is missing. Install Python 3.10 or newer, with its venv module.`);
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed. Schemathesis needs Python 3.10 or newer.`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
