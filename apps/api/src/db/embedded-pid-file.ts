import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { clusterDir } from "./embedded-cluster.ts";

/** What `postmaster.pid` says about the PostgreSQL that runs on a cluster, or ran on it until it was killed. */
export interface PidFile {
  pid: number;
  port: number;
  socketDir: string;
  ready: boolean;
  /** The id of its System V shared memory, by which PostgreSQL itself recognises that a predecessor still lives. */
  sharedMemoryId: string | undefined;
}

/** `undefined` where there is none, or none that is written to its end. */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await readFile(pidFilePath(dataDir), "utf8").catch(() => "");
  // Lines: pid, folder, start time, port, socket's folder, address, shared memory (key and id), status.
  const [pid, , , port, socketDir, , sharedMemory, status] = text.split("\n");
  if (!socketDir) return undefined;
  return {
    pid: Number(pid),
    port: Number(port),
    socketDir,
    ready: status?.trim() === "ready",
    sharedMemoryId: sharedMemory?.trim().split(/\s+/)[1],
  };
}

/**
 * Removes the lock files of a PostgreSQL that was killed, where its pid is a zombie or, after a restart of the machine or
 * container, another program: PostgreSQL itself only sees that a process of that number exists, and could refuse for ever.
 * Linux alone shows who a process is, and whether anyone still holds the predecessor's shared memory.
 */
export async function removeStaleLocks(dataDir: string): Promise<void> {
  const file = await readPidFile(dataDir);
  if (!file || process.platform !== "linux") return;
  const [command, segments] = await Promise.all([
    readFile(`/proc/${file.pid}/cmdline`, "utf8").catch(() => ""),
    readFile("/proc/sysvipc/shm", "utf8").catch(() => undefined),
  ]);
  if (command.includes("postgres") || segments === undefined) return;
  // Columns: key, shmid, perms, size, cpid, lpid, nattch, …
  const segment = segments.split("\n").find((line) => line.trim().split(/\s+/)[1] === file.sharedMemoryId);
  const attached = segment?.trim().split(/\s+/)[6] ?? "0";
  if (attached !== "0") return;
  await rm(join(file.socketDir, `.s.PGSQL.${file.port}.lock`), { force: true });
  await rm(pidFilePath(dataDir), { force: true });
}

function pidFilePath(dataDir: string): string {
  return join(clusterDir(dataDir), "postmaster.pid");
}
