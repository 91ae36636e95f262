import { execFile } from "node:child_process";
import { chown, lstat, mkdir, mkdtemp, readFile, readlink, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { OperatorError } from "../domain/operator-error.ts";
import { binaries, type Identity } from "./embedded-identity.ts";

export const embeddedMajor = "18";
export const superuser = "postgres";

// sockaddr_un has room for 104 bytes on macOS and 108 on Linux, the closing zero included.
const socketPathBytesMax = 103;
const socketName = "/.s.PGSQL.5432";

export const clusterDir = (dataDir: string): string => join(dataDir, "postgres");

export async function ensureDataDir(dataDir: string): Promise<void> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    throw new OperatorError(
      `The data folder ${dataDir} cannot be made (${error.code}). Name a folder that this user may write in AUTHPI_DATA_DIR.`,
    );
  });
}

/** Makes the cluster, unless it is there: elsewhere first, so that an interrupted attempt leaves no half of one behind. */
export async function ensureCluster(dataDir: string, identity: Identity, durable: boolean): Promise<void> {
  const found = await version(clusterDir(dataDir));
  if (found === embeddedMajor) return;
  if (found !== undefined) {
    throw new OperatorError(
      `The data folder ${dataDir} was made by PostgreSQL ${found}, and this is PostgreSQL ${embeddedMajor}. Start the version of AuthPI that made it, or name another folder in AUTHPI_DATA_DIR.`,
    );
  }
  const draft = await mkdtemp(join(dataDir, "postgres-draft-"));
  try {
    await give(draft, identity);
    await initdb(draft, identity, durable);
    // Refused where another process was faster: then its cluster is the one, and starting it says that it is in use.
    await rename(draft, clusterDir(dataDir)).catch(async (error: unknown) => {
      if ((await version(clusterDir(dataDir))) === undefined) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * The folder of the unix socket, which nobody else can enter: `socket` in the data folder, or where that path is too long a
 * symbolic link to a folder below the system's temporary one.
 */
export async function ensureSocketDir(dataDir: string, identity: Identity): Promise<string> {
  const path = join(dataDir, "socket");
  const owner = identity.user?.uid ?? process.getuid?.();
  if (Buffer.byteLength(path + socketName) <= socketPathBytesMax) {
    await mkdir(path, { mode: 0o700, recursive: true });
    await give(path, identity);
    return path;
  }
  const linked = await readlink(path).catch(() => undefined);
  if (linked !== undefined && (await isPrivate(linked, owner))) return linked;
  await rm(path, { recursive: true, force: true });
  const fresh = await mkdtemp(join(tmpdir(), "authpi-"));
  await give(fresh, identity);
  await symlink(fresh, path);
  return fresh;
}

async function version(dir: string): Promise<string | undefined> {
  const text = await readFile(join(dir, "PG_VERSION"), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new OperatorError(`The data folder cannot be read: ${error.message}. Give it to the user that runs AuthPI.`);
  });
  return text?.trim();
}

async function initdb(dir: string, identity: Identity, durable: boolean): Promise<void> {
  const args = [
    ...["-D", dir, "-U", superuser, "--no-instructions", "--encoding=UTF8"],
    // PostgreSQL's own C.UTF-8: the same order and case on every system and through upgrades of its C library.
    ...["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"],
    // Whoever can enter the socket's folder may do everything; there is no other way in.
    ...["--auth-local=trust", "--auth-host=reject"],
    // ERROR lines are left out: they quote statements and values, and the server logs its own.
    ...["-c", "timezone=UTC", "-c", "log_timezone=UTC", "-c", "log_min_messages=log", "-c", "log_checkpoints=off"],
    ...(durable ? [] : ["--no-sync"]),
  ];
  const [command = "", ...rest] = [...identity.prefix, join(binaries(), "initdb"), ...args];
  await promisify(execFile)(command, rest, { ...identity.user, cwd: dir }).catch((cause: Error) => {
    throw new OperatorError(`PostgreSQL could not prepare ${dir}: ${lastLine(cause.message)}`, { cause });
  });
}

async function give(path: string, { user }: Identity): Promise<void> {
  if (user) await chown(path, user.uid, user.gid);
}

async function isPrivate(path: string, owner: number | undefined): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isDirectory() === true && found.uid === owner && (found.mode & 0o077) === 0;
}

export function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
