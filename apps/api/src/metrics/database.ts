import { Gauge, type Registry } from "prom-client";
import { type DatabaseState, sqlGauges } from "./reader.ts";

/** What the database says of the jobs, and of itself. */
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
  for (const [name, { help }] of Object.entries(sqlGauges)) {
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        const value = (await read()).gauges[name];
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }
};
