import { reachOf } from "../config.ts";
import { createOutgoing } from "../outgoing/outgoing.ts";
import { createWorker } from "../worker.ts";
import { withInstallation } from "./installation.ts";
import { createLog } from "./log.ts";
import { startMetrics } from "./metrics.ts";
import { askedToStop } from "./signals.ts";

/** Does background jobs until it is asked to stop. */
export function workerCommand(env: NodeJS.ProcessEnv): Promise<void> {
  const stop = askedToStop();
  return withInstallation(
    env,
    async (database, deps, config) => {
      const outgoing = createOutgoing(reachOf(config));
      const worker = await createWorker({ database, deps, log: createLog(config.logLevel), role: "worker", outgoing });
      const metrics = await startMetrics(config, database);
      await worker.start();
      console.log("AuthPI's worker is ready");
      await stop;
      await worker.stop();
      await metrics?.close();
    },
    { poolMax: ({ databasePoolMax }) => databasePoolMax },
  );
}
