import { hostname } from "node:os";
import type { FastifyBaseLogger } from "fastify";
import { readInstallation } from "./core/installation/operations.ts";
import type { Database } from "./db/open.ts";
import type { Deps } from "./deps.ts";
import { jobHandlers } from "./jobs/handlers.ts";
import { createRunner, type Runner } from "./jobs/runner.ts";
import type { Outgoing } from "./outgoing/outgoing.ts";

export interface WorkerOptions {
  database: Database;
  deps: Deps;
  log: FastifyBaseLogger;
  /** `api` for a server that does its own jobs, `worker` for a process that does nothing else. */
  role: "api" | "worker";
  outgoing: Outgoing;
}

/** What does the jobs: part of a server, or a process of its own. */
export const createWorker = async ({ database, deps, log, role, outgoing }: WorkerOptions): Promise<Runner> => {
  const { rootIssuerId, epoch } = await readInstallation(database);
  return createRunner({
    database,
    handlers: jobHandlers,
    context: { database, deps: { ...deps, rootIssuerId, outgoing }, epoch, log },
    name: `${role} ${hostname()} ${process.pid}`,
  });
};
