import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { clusterDir, lastLine } from "./embedded-cluster.ts";
import { binaries, type Identity } from "./embedded-identity.ts";
import { readPidFile } from "./embedded-pid-file.ts";

export interface Postmaster {
  pid: number;
  /** Resolves when the process is gone, for whatever reason. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** Why PostgreSQL did not start. */
export interface Refusal {
  /** Another process holds the cluster's lock file, or held it when it was killed. */
  locked: boolean;
  reason: string;
}

const pollMs = 10;
const readyMs = 60_000;
const fastStopMs = 10_000;

/** Starts PostgreSQL and resolves when it takes connections, or says why it does not. */
export async function runPostgres(
  dataDir: string,
  socketDir: string,
  identity: Identity,
  settings: Record<string, string>,
): Promise<Postmaster | Refusal> {
  const logPath = join(dataDir, "postgres.log");
  await rename(logPath, `${logPath}.previous`).catch(() => {});
  const log = await open(logPath, "w", 0o600);
  const args = ["-D", clusterDir(dataDir), "-h", "", "-k", socketDir, "-c", "unix_socket_permissions=0700"];
  for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
  const child = spawnTied(
    [...identity.prefix],
    [join(binaries(), "postgres"), ...args],
    log.fd,
    dataDir,
    identity.user,
  );
  await log.close();

  const spawnError = once(child, "error").then(([error]) => String(error));
  const ended = once(child, "exit").then(() => {});
  const failed = Promise.race([ended.then(() => "it ended at once"), spawnError]);
  const reason = await Promise.race([failed, becomesReady(dataDir, child)]);
  if (reason !== undefined) {
    child.kill("SIGQUIT");
    const said = await readFile(logPath, "utf8");
    return { locked: /lock file ".*" already exists/.test(said), reason: lastFatal(said) ?? reason };
  }
  return { pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
}

/**
 * Spawns the command so that it is interrupted when this process dies, by whatever signal. In a session of its own: Ctrl-C
 * in the terminal is for the server, which stops its database last.
 */
function spawnTied(
  prefix: string[],
  postgres: string[],
  log: number,
  cwd: string,
  user: { uid: number; gid: number } | undefined,
): ChildProcess {
  const options = { cwd, detached: true, ...user };
  if (spawnSync("setpriv", ["--pdeathsig", "INT", "true"]).status === 0) {
    const [command = "", ...args] = [...prefix, "setpriv", "--pdeathsig", "INT", ...postgres];
    return spawn(command, args, { ...options, stdio: ["ignore", log, log] });
  }
  // Without setpriv (macOS): a shell waits for the end of a pipe whose other end dies with this process.
  const watch = '{ read -r _ <&3 || kill -INT $$; } & exec 3<&-; exec "$@"';
  const [command = "", ...args] = [...prefix, "sh", "-c", watch, "sh", ...postgres];
  const child = spawn(command, args, { ...options, stdio: ["ignore", log, log, "pipe"] });
  const tether = child.stdio[3];
  // A line, not an end: the shell leaves without interrupting a process that has taken over the number.
  child.once("exit", () => tether && "end" in tether && tether.end("\n"));
  return child;
}

/** Resolves to nothing when the lock file says ready, as pg_ctl waits for it. */
async function becomesReady(dataDir: string, child: ChildProcess): Promise<string | undefined> {
  const deadline = Date.now() + readyMs;
  while (child.exitCode === null && child.signalCode === null) {
    const file = await readPidFile(dataDir);
    if (file?.pid === child.pid && file?.ready) return undefined;
    if (Date.now() > deadline) return `it was not ready after ${readyMs / 1000} s`;
    await delay(pollMs);
  }
  return "it ended at once";
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  // A fast shutdown: sessions are ended, everything is written.
  child.kill("SIGINT");
  const timer = setTimeout(() => child.kill("SIGQUIT"), fastStopMs);
  await ended;
  clearTimeout(timer);
}

function lastFatal(log: string): string | undefined {
  const fatal = log.split("\n").filter((line) => line.includes("FATAL:"));
  const line = fatal.length > 0 ? fatal.join("\n") : log;
  return lastLine(line).replace(/^.*FATAL: +/, "") || undefined;
}
