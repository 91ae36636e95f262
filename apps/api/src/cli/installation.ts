import { type Config, readConfig } from "../config.ts";
import { pendingMigrations } from "../db/migrate.ts";
import { type Database, openDatabase } from "../db/open.ts";
import { createDeps, type Deps } from "../deps.ts";
import { OperatorError } from "../domain/operator-error.ts";
import { commandCluster } from "./cluster.ts";
import { loadMasterKey } from "./master-key.ts";

/** Runs an operator's command on the installation. Its progress goes to standard error: standard output is the answer's. */
export async function withInstallation(
  env: NodeJS.ProcessEnv,
  work: (database: Database, deps: Deps, config: Config) => Promise<void>,
  { poolMax = () => 1 }: { poolMax?: (config: Config) => number } = {},
): Promise<void> {
  const config = readConfig(env);
  const masterKey = await loadMasterKey(config, console.error);
  const cluster = await commandCluster(config, console.error);
  try {
    if ((await pendingMigrations(cluster.direct)).length > 0) {
      throw new OperatorError("The database is behind this version of AuthPI. Run: pnpm authpi migrate");
    }
    const { connection, direct } = cluster;
    const database = openDatabase({ connection, direct, poolMax: poolMax(config) });
    await work(database, createDeps(config, masterKey.reveal()), config).finally(() => database.close());
  } finally {
    await cluster.stop();
  }
}
