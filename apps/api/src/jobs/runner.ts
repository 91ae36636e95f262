import { type Db, type JobResult, type JobWithMetadata, PgBoss } from "pg-boss";
import { jobsSchema } from "../db/jobs.ts";
import type { Database } from "../db/open.ts";
import { type JobData, jobNames, queues } from "../db/queues.ts";
import { createDispatcher } from "../webhooks/dispatcher.ts";
import type { HandledJob, JobContext, JobHandlers } from "./job.ts";

export interface Runner {
  /** Takes jobs as they come, until it is stopped. */
  start(): Promise<void>;
  /** Lets what runs end; what has not begun stays in its queue. */
  stop(): Promise<void>;
}

export interface RunnerOptions {
  database: Database;
  handlers: JobHandlers;
  context: Omit<JobContext, "signal" | "jobId" | "isLastTry">;
  /** What this process is called among those that work. */
  name: string;
}

/** How often it is looked for workers that have crashed; their jobs are taken up within this and a heartbeat. */
const watchSeconds = 5;
const stopMs = 20_000;

/** Each job of a batch succeeds or fails for itself; while batches are full, the next follows at once. */
const taking = {
  batchSize: 10,
  perJobResults: true,
  burstWhenBatchFull: true,
  includeMetadata: true,
  pollingIntervalSeconds: 2,
  notifyPollingIntervalSeconds: 5,
} as const;

export const createRunner = ({ database, handlers, context, name }: RunnerOptions): Runner => {
  const boss: PgBoss = new PgBoss({
    db: withEar(database.jobs, (queue) => {
      if (queue === undefined || queue === "webhooks.deliver") dispatcher.wake();
    }),
    schema: jobsSchema,
    migrate: false,
    useListenNotify: true,
    superviseIntervalSeconds: watchSeconds,
    monitorIntervalSeconds: watchSeconds,
    instanceName: name,
    openTelemetry: { enabled: false },
  });
  boss.on("error", (error) => context.log.error(error, "jobs"));
  boss.on("warning", ({ message, data }) => context.log.warn(data, message));

  const dispatcher = createDispatcher({ boss, context });

  const perform = async <N extends HandledJob>(job: N, taken: JobWithMetadata<JobData[N]>): Promise<JobResult> => {
    const { id, data, signal, retryCount, retryLimit } = taken;
    try {
      await handlers[job](data, { ...context, signal, jobId: id, isLastTry: retryCount >= retryLimit });
      return { id, status: "completed" };
    } catch (error) {
      context.log.error({ err: error, job, jobId: id, data, retryCount }, "a job failed");
      return { id, status: "failed", output: { message: error instanceof Error ? error.message : String(error) } };
    }
  };
  const work = <N extends HandledJob>(job: N): Promise<string> =>
    boss.work<JobData[N], JobResult[], typeof taking>(job, taking, (jobs: JobWithMetadata<JobData[N]>[]) =>
      Promise.all(jobs.map((taken) => perform(job, taken))),
    );

  return {
    start: async () => {
      await boss.start();
      for (const job of jobNames) {
        const { cron } = queues[job];
        if (cron) await boss.schedule(job, cron, {});
        if (job !== "webhooks.deliver") await work(job);
      }
      dispatcher.start();
    },
    stop: async () => {
      await dispatcher.stop();
      await boss.stop({ graceful: true, timeout: stopMs });
    },
  };
};

/** Hears what pg-boss hears: the queue that has something new, and undefined where something may have been missed. */
const withEar = ({ listen, ...db }: Db, hear: (queue: string | undefined) => void): Db => ({
  ...db,
  ...(listen && {
    listen: (channel: string, message: (payload: string) => void, connected: () => void) =>
      listen(
        channel,
        (payload) => {
          message(payload);
          hear(payload);
        },
        () => {
          connected();
          hear(undefined);
        },
      ),
  }),
});
