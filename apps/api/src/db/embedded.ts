import { relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { OperatorError } from "../domain/operator-error.ts";
import { connect, errorCode, withClient } from "./connect.ts";
import {
  clusterDir,
  embeddedMajor,
  ensureCluster,
  ensureDataDir,
  ensureSocketDir,
  superuser,
} from "./embedded-cluster.ts";
import { chooseIdentity } from "./embedded-identity.ts";
import { readPidFile, removeStaleLocks } from "./embedded-pid-file.ts";
import { type Postmaster, runPostgres } from "./embedded-process.ts";

export interface EmbeddedConnection {
  /** The folder of a unix socket. */
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface Embedded {
  connection: EmbeddedConnection;
  pid: number;
  /** Resolves when PostgreSQL is gone: after `stop`, or because it died. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  dataDir: string;
  progress: (line: string) => void;
  /** Settings of PostgreSQL: tests do without durability. */
  settings?: Record<string, string>;
}

// The owner of the database is an ordinary role, as in production: row-level security binds it too.
const owner = "authpi";
const database = "authpi";
const port = 5432;

// A predecessor that was killed holds its lock for as long as it takes to shut down and to be reaped.
const lockedMs = 8000;
const lockedPollMs = 200;
const heldMs = 500;

/**
 * Starts the PostgreSQL of the npm package on the data folder, making it on the first start. It ends with this process,
 * however this process ends.
 *
 * @throws {OperatorError} where the folder is in use or cannot be used.
 */
export async function startEmbedded({ dataDir, progress, settings = {} }: EmbeddedOptions): Promise<Embedded> {
  await ensureDataDir(dataDir);
  progress(`Starting PostgreSQL ${embeddedMajor} in ${shown(dataDir)} …`);
  const identity = await chooseIdentity(clusterDir(dataDir), dataDir);
  await ensureCluster(dataDir, identity, settings.fsync !== "off");
  const socketDir = await ensureSocketDir(dataDir, identity);
  const run = () => runPostgres(dataDir, socketDir, identity, settings);
  const postmaster = await untilUnlocked(dataDir, run);
  const connection = { host: socketDir, port, user: owner, database };
  await ensureDatabase(connection);
  return { ...postmaster, connection };
}

/** The connection to the PostgreSQL that a running server keeps on this data folder; `undefined` where none runs. */
export async function attachEmbedded(dataDir: string): Promise<EmbeddedConnection | undefined> {
  const file = await readPidFile(dataDir);
  if (!file) return undefined;
  const connection = { host: file.socketDir, port: file.port, user: owner, database };
  const client = new pg.Client(connection);
  try {
    await client.connect();
    await client.end();
    return connection;
  } catch (error) {
    // The lock file of one that was killed, or is on its way out.
    if (["ECONNREFUSED", "ENOENT", "57P03", "3D000"].includes(errorCode(error) ?? "")) return undefined;
    throw new OperatorError(`The PostgreSQL in ${shown(dataDir)} runs, but does not let this user in: ${error}`);
  }
}

async function untilUnlocked(dataDir: string, run: () => ReturnType<typeof runPostgres>): Promise<Postmaster> {
  const deadline = Date.now() + lockedMs;
  for (;;) {
    if (await isHeld(dataDir)) throw inUse(dataDir);
    const outcome = await run();
    if ("pid" in outcome) return outcome;
    if (!outcome.locked) {
      throw new OperatorError(
        `PostgreSQL did not start in ${shown(dataDir)}: ${outcome.reason}. Its log is ${dataDir}/postgres.log.`,
      );
    }
    if (Date.now() > deadline) throw inUse(dataDir);
    await removeStaleLocks(dataDir);
    await delay(lockedPollMs);
  }
}

function inUse(dataDir: string): OperatorError {
  return new OperatorError(
    `The data folder ${shown(dataDir)} is in use by another AuthPI. Stop that one, or name another folder in AUTHPI_DATA_DIR.`,
  );
}

/** Whether somebody's PostgreSQL runs on and is there to stay: one whose server has died ends its sessions at once. */
async function isHeld(dataDir: string): Promise<boolean> {
  const connection = await attachEmbedded(dataDir);
  if (!connection) return false;
  const client = await connect(connection);
  const ended = new Promise<false>((resolve) => client.once("end", () => resolve(false)));
  const held = await Promise.race([ended, delay(heldMs, true)]);
  await client.end();
  return held;
}

/** Makes the owner and the database, which are missing after the first start or one that was interrupted. */
async function ensureDatabase(connection: EmbeddedConnection): Promise<void> {
  const client = new pg.Client(connection);
  const code = await client.connect().then(() => client.end().then(() => undefined), errorCode);
  if (code === undefined) return;
  await withClient({ ...connection, user: superuser, database: "postgres" }, async (admin) => {
    const { rowCount } = await admin.query("select from pg_roles where rolname = $1", [owner]);
    if (rowCount === 0) await admin.query(`create role ${owner} login createrole createdb`);
    await admin.query(`create database ${database} owner ${owner}`);
  });
}

function shown(dataDir: string): string {
  const path = relative(process.cwd(), dataDir);
  return path === "" || path.startsWith("..") ? dataDir : `./${path}`;
}
