import { Gauge, type Registry } from "prom-client";
import type { DatabaseState } from "./reader.ts";

/** What the database says of the jobs, of the deliveries, and of itself. */
export const databaseMetrics = (registers: Registry[], read: () => Promise<DatabaseState>): void => {
  new Gauge({
    name: "authpi_jobs",
    help: "Jobs by queue: ready to be done, for later, being done, and failed for good.",
    labelNames: ["queue", "state"],
    registers,
    async collect() {
      const { queues } = await read();
      this.reset();
      for (const { name: queue, ready, later, active, failed } of queues) {
        for (const [state, value] of Object.entries({ ready, later, active, failed }))
          this.set({ queue, state }, value);
      }
    },
  });
  new Gauge({
    name: "authpi_webhook_deliveries",
    help: "Deliveries to webhooks that have not ended, by their status.",
    labelNames: ["status"],
    registers,
    async collect() {
      const { deliveries } = await read();
      this.reset();
      for (const [status, value] of Object.entries(deliveries)) this.set({ status }, value);
    },
  });
  new Gauge({
    name: "authpi_events_horizon_lag_seconds",
    help: "The age of the oldest open transaction that has written: forward readers of events wait for it.",
    registers,
    async collect() {
      const { horizonLagSeconds } = await read();
      if (horizonLagSeconds === undefined) this.remove();
      else this.set(horizonLagSeconds);
    },
  });
};
