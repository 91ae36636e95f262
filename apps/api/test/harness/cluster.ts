import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { initialize } from "../../src/core/installation/operations.ts";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { openDatabase } from "../../src/db/open.ts";
import { testDeps } from "./deps.ts";
import { startPgBouncer } from "./pgbouncer.ts";

declare module "vitest" {
  interface ProvidedContext {
    cluster: { host: string; port: number; user: string; database: string };
    /** Where the servers' pools go through PgBouncer. */
    pooler: { host: string; port: number } | null;
  }
}

/** One cluster a run, as fast as it goes, and in it one database at head and set up: the template of each test file's own. */
export default async function cluster(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-"));
  const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off", max_connections: "200" };
  const embedded = await startEmbedded({ dataDir, progress: () => {}, settings });
  const { connection } = embedded;
  await migrate(connection, { progress: () => {} });
  const database = openDatabase({ connection, poolMax: 1 });
  await initialize(database, testDeps());
  await database.close();
  project.provide("cluster", connection);
  const program = process.env.PGBOUNCER;
  const pooler = program ? await startPgBouncer(program, connection) : undefined;
  project.provide("pooler", pooler ? { host: pooler.host, port: pooler.port } : null);
  return async () => {
    await pooler?.stop();
    await embedded.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
