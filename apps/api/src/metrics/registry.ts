import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Database } from "../db/open.ts";
import { databaseMetrics } from "./database.ts";
import { createReader } from "./reader.ts";
import { type VerificationSource, verificationMetrics } from "./verification.ts";

/** Parts of the server that keep plain counts of their own, which are read when somebody asks. */
export interface Sources {
  /** Answers of GET /v1/me by their status. */
  answered: Readonly<Record<string, number>>;
  verification: VerificationSource;
  issuers: { counts(): { held: number; built: number } };
}

export interface Metrics {
  /** What a scrape answers, and its content type. */
  text(): Promise<string>;
  readonly contentType: string;
  /** A request has been answered. `operation` is one of a bounded number of names, never a path. */
  answered(operation: string, status: number, seconds: number): void;
  watch(sources: Sources): void;
}

/** The metrics of this process. */
export const createMetrics = (database: Pick<Database, "pool" | "jobs" | "operator">): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });

  let statuses: Sources["answered"] = {};
  const seen: Record<string, number> = {};
  const requests = new Counter({
    name: "authpi_http_requests_total",
    help: "Requests by operation (or route) and status. GET /v1/me is me.get; what names no route is not counted.",
    labelNames: ["operation", "status"],
    registers,
    // The answers of GET /v1/me are counted where they are given: what has come since is added.
    collect() {
      for (const [status, count] of Object.entries(statuses)) {
        this.inc({ operation: "me.get", status }, count - (seen[status] ?? 0));
        seen[status] = count;
      }
    },
  });
  const durations = new Histogram({
    name: "authpi_http_request_duration_seconds",
    help: "From the arrival of a request's headers to the end of its answer, by operation; not of GET /v1/me.",
    labelNames: ["operation"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  new Gauge({
    name: "authpi_database_connections",
    help: "Connections of the pool, and what waits for one.",
    labelNames: ["state"],
    registers,
    collect() {
      const { total, idle, waiting } = database.pool;
      this.set({ state: "busy" }, total - idle);
      this.set({ state: "idle" }, idle);
      this.set({ state: "waiting" }, waiting);
    },
  });
  databaseMetrics(registers, createReader(database));

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    answered: (operation, status, seconds) => {
      requests.inc({ operation, status });
      durations.observe({ operation }, seconds);
    },
    watch: ({ answered, verification, issuers }) => {
      verificationMetrics(registry, verification);
      statuses = answered;
      new Gauge({
        name: "authpi_issuers_held",
        help: "Issuers that this process has built and holds.",
        registers,
        collect() {
          this.set(issuers.counts().held);
        },
      });
      new Counter({
        name: "authpi_issuers_built_total",
        help: "Issuers built since the start: anew with every change, and when they were let go.",
        registers,
        collect() {
          this.reset();
          this.inc(issuers.counts().built);
        },
      });
    },
  };
};
