import type { FastifyBaseLogger } from "fastify";
import type { Database } from "../db/open.ts";
import type { JobData, JobName } from "../db/queues.ts";
import type { Deps } from "../deps.ts";
import type { Services } from "../http/room.ts";

/** What a job is given beside its data. */
export interface JobContext {
  database: Database;
  deps: Deps & Services;
  epoch: number;
  log: Pick<FastifyBaseLogger, "error" | "warn" | "info">;
  /** Aborted when the job has taken too long, or is no longer this worker's. */
  signal: AbortSignal;
  jobId: string;
  /** Whether a failure is for good. */
  isLastTry: boolean;
}

/** May be run again after a crash at any point: it looks at what is there, and does the rest. Throws to be tried again. */
export type JobHandler<N extends JobName> = (data: JobData[N], context: JobContext) => Promise<void>;
/** Deliveries have the dispatcher (webhooks/dispatcher.ts). */
export type HandledJob = Exclude<JobName, "webhooks.deliver">;
export type JobHandlers = { readonly [N in HandledJob]: JobHandler<N> };
