import { readConfig } from "../config.ts";
import { migrate } from "../db/migrate.ts";
import { commandCluster } from "./cluster.ts";
import { loadMasterKey } from "./master-key.ts";

export async function migrateCommand(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env);
  // The data's first start is whichever command comes first, and its key is made with it.
  await loadMasterKey(config, console.log);
  const cluster = await commandCluster(config, console.log);
  try {
    const applied = await migrate(cluster.direct, { progress: console.log });
    console.log(applied.length === 0 ? "The database is at head." : `Applied ${applied.join(", ")}.`);
  } finally {
    await cluster.stop();
  }
}
