import type { Config } from "../config.ts";
import type { Database } from "../db/open.ts";
import type { Metrics } from "../metrics/registry.ts";
import { explain } from "./listen.ts";

export interface ServedMetrics {
  metrics: Metrics;
  close(): Promise<void>;
}

/** The metrics of this process at their own port, where that is set; nothing of them is loaded where it is not. */
export const startMetrics = async (
  { host, metricsPort: port }: Pick<Config, "host" | "metricsPort">,
  database: Database,
): Promise<ServedMetrics | undefined> => {
  if (port === undefined) return undefined;
  const [{ createMetrics }, { serveMetrics }] = await Promise.all([
    import("../metrics/registry.ts"),
    import("../metrics/server.ts"),
  ]);
  const metrics = createMetrics(database);
  const { close } = await serveMetrics(metrics, { host, port }).catch((error: unknown) =>
    explain(error, { host, port }, "AUTHPI_METRICS_PORT"),
  );
  return { metrics, close };
};
