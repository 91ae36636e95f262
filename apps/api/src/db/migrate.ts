import type pg from "pg";
import { OperatorError } from "../domain/operator-error.ts";
import { errorCode, withClient } from "./connect.ts";
import { installJobs } from "./jobs.ts";
import { type Migration, migrationsDir, readMigrations } from "./migration-files.ts";
import { ensureRoles } from "./roles.ts";

export interface MigrateOptions {
  progress: (line: string) => void;
  dir?: string;
  /** A change of a table waits for those who use it, and everybody else waits behind it: so it gives up soon. */
  lockTimeoutMs?: number;
}

const oneAtATime = "hashtextextended('authpi migrations', 0)";
const waitForOthersMs = 120_000;

/**
 * Brings the database to the head of this code, the queues included, under a lock: processes that start together take turns. Needs a connection
 * to the server itself, as the owner of the database.
 *
 * @returns the names of the migrations that it applied.
 * @throws {OperatorError} where the database and this code do not belong together, or a role is missing.
 */
export function migrate(
  connection: pg.ClientConfig,
  { progress, dir = migrationsDir, lockTimeoutMs = 5000 }: MigrateOptions,
): Promise<string[]> {
  return withClient(connection, async (client) => {
    await client.query(`set statement_timeout = 0; set lock_timeout = ${waitForOthersMs}`);
    await client.query(`select pg_advisory_lock(${oneAtATime})`).catch(explainWait);
    await ensureRoles(client);
    await client.query(
      "create table if not exists migrations (name text primary key, checksum text not null, applied_at bigint not null)",
    );
    const pending = pendingOf(await readMigrations(dir), await appliedTo(client));
    if (pending.length > 0) progress(`Applying ${pending.length} migration${pending.length === 1 ? "" : "s"} …`);
    for (const migration of pending) await apply(client, migration, lockTimeoutMs);
    await installJobs(client);
    return pending.map((migration) => migration.name);
  });
}

/** The migrations that the database still lacks; empty at head, or where a newer version has gone on. */
export async function pendingMigrations(
  db: pg.ClientConfig | pg.ClientBase | pg.Pool,
  dir = migrationsDir,
): Promise<string[]> {
  const query = "select name from migrations";
  const missing = (error: unknown): { rows: { name: string }[] } => {
    if (errorCode(error) === "42P01") return { rows: [] };
    throw error;
  };
  const { rows } = await ("query" in db
    ? db.query<{ name: string }>(query).catch(missing)
    : withClient(db, (client) => client.query<{ name: string }>(query).catch(missing)));
  const applied = new Set(rows.map((row) => row.name));
  return (await readMigrations(dir)).map((migration) => migration.name).filter((name) => !applied.has(name));
}

function explainWait(cause: unknown): never {
  if (errorCode(cause) !== "55P03") throw cause;
  throw new OperatorError(
    `Another process has been migrating this database for ${waitForOthersMs / 1000} s. Wait for it, then start again.`,
    { cause },
  );
}

interface Applied {
  name: string;
  checksum: string;
}

async function appliedTo(client: pg.Client): Promise<Applied[]> {
  const { rows } = await client.query<Applied>("select name, checksum from migrations order by name");
  return rows;
}

function pendingOf(migrations: Migration[], applied: Applied[]): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of applied) {
    const migration = known.get(name);
    if (!migration) {
      throw new OperatorError(
        `The database has the migration ${name}, which this version of AuthPI does not know. Start the version that applied it, or a newer one.`,
      );
    }
    if (migration.checksum !== checksum) {
      throw new OperatorError(
        `The migration ${name} was changed after it had been applied to this database. Restore migrations/${name}.sql, and put the change into a new migration.`,
      );
    }
  }
  const last = applied.at(-1)?.name ?? "";
  const done = new Set(applied.map(({ name }) => name));
  const pending = migrations.filter(({ name }) => !done.has(name));
  const late = pending.find(({ name }) => name < last);
  if (late)
    throw new OperatorError(
      `The migration ${late.name} comes before ${last}, which is applied. Give it a number after it.`,
    );
  return pending;
}

async function apply(client: pg.Client, migration: Migration, lockTimeoutMs: number): Promise<void> {
  const { name, checksum, statements, transaction } = migration;
  try {
    // A concurrent statement only waits for others and never in their way.
    await client.query(`${transaction ? "begin; " : ""}set lock_timeout = ${transaction ? lockTimeoutMs : 0}`);
    for (const statement of statements) await client.query(statement);
    const record = "insert into migrations (name, checksum, applied_at) values ($1, $2, $3)";
    await client.query(record, [name, checksum, Date.now()]);
    if (transaction) await client.query("commit");
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const busy = errorCode(cause) === "55P03" ? " A table is in use for too long: try again at a quieter time." : "";
    throw new OperatorError(`The migration ${name} failed: ${reason}.${busy}`, { cause });
  }
}
