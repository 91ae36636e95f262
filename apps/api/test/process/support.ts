import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished, vi } from "vitest";

export { freePort } from "../harness/free-port.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const patience = { timeout: 20_000, interval: 20 };

/** A folder that goes with the test. */
export async function tempDir(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "authpi-"));
  // A PostgreSQL whose server was killed may be writing its last file.
  onTestFinished(() => rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }));
  return path;
}

export interface Program {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Resolves to the match when standard output has it. */
  prints(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The real command, in a process of its own and with no other settings than these. */
export function authpi(args: string[], env: Record<string, string> = {}): Program {
  const child = spawn(process.execPath, ["-C", "source", "--disable-warning=ExperimentalWarning", main, ...args], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  onTestFinished(async () => {
    child.kill("SIGTERM");
    await ended;
  });
  const prints = (pattern: RegExp) =>
    vi.waitFor(() => {
      const match = pattern.exec(stdout);
      if (!match) throw new Error(`${pattern} was not printed. Printed was:\n${stdout}${stderr}`);
      return match;
    }, patience);
  return { child, stdout: () => stdout, stderr: () => stderr, prints, ended };
}

/** Whether the process runs; a zombie, which only waits to be reaped, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

export function untilGone(pid: number): Promise<void> {
  return vi.waitFor(() => {
    if (isAlive(pid)) throw new Error(`process ${pid} is still there`);
  }, patience);
}

/** Any text that tests write nowhere else, for names of databases and roles. */
export function unique(prefix: string): string {
  return `${prefix}_${Math.random().toString(36).slice(2, 10)}`;
}

/** For clusters that no crash must survive. */
export const fast = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
