import { readInstallation } from "../../src/core/installation/operations.ts";
import { jobsSchema, quiet, startBoss } from "../../src/db/jobs.ts";
import { type JobName, jobNames } from "../../src/db/queues.ts";
import { jobHandlers } from "../../src/jobs/handlers.ts";
import type { JobHandler } from "../../src/jobs/job.ts";
import { claimDeliveries, deliver, jobOrigin } from "../../src/webhooks/deliver.ts";
import type { Server } from "./server.ts";

interface Done {
  name: JobName;
  data: Record<string, unknown>;
  error?: unknown;
}

/**
 * Does every job that is due by the test's clock, and those that they bring, one after the other: what a worker does, without the
 * waiting. A job that fails is tried again by a later call.
 */
export const runJobs = async ({ database, deps, outgoing, clock }: Server): Promise<Done[]> => {
  const { rootIssuerId, epoch } = await readInstallation(database);
  const boss = await startBoss({ ...quiet, db: { executeSql: database.jobs.executeSql } });
  const context = { database, deps: { ...deps, rootIssuerId, outgoing }, epoch, log: console };
  const done: Done[] = [];
  const runOnce = async (name: JobName): Promise<number> => {
    const jobs = await boss.fetch<never>(name, { includeMetadata: true, batchSize: 100 });
    for (const job of jobs) {
      const handler = handlerOf(name);
      const isLastTry = job.retryCount >= job.retryLimit;
      const result = await handler(job.data, {
        ...context,
        signal: AbortSignal.timeout(60_000),
        jobId: job.id,
        isLastTry,
      }).then(
        () => ({}),
        (error: unknown) => ({ error }),
      );
      if ("error" in result) await boss.fail(name, job, { message: String(result.error) });
      else await boss.complete(name, job.id);
      done.push({ name, data: job.data, ...result });
    }
    return jobs.length;
  };
  const makeDue = (state: string) =>
    database.jobs.executeSql(
      `update ${jobsSchema}.job set start_after = now() where state = $1 and start_after <= to_timestamp($2 / 1000.0)`,
      [state, clock.now()],
    );
  await makeDue("retry");
  for (let count = 1; count > 0; ) {
    await makeDue("created");
    count = 0;
    for (const name of jobNames) count += await runOnce(name);
  }
  await boss.stop({ graceful: false });
  return done;
};

/** Deliveries one by one: a worker makes many at a time by its dispatcher. */
const deliverOne: JobHandler<"webhooks.deliver"> = async (data, context) => {
  const [claimed] = await claimDeliveries(context, data.accountId, [data]);
  if (claimed) await deliver(context, claimed, jobOrigin(context.epoch, context.jobId), context.signal);
};

// A queue's handler takes what was put into that queue.
const handlerOf = (name: JobName) =>
  (name === "webhooks.deliver" ? deliverOne : jobHandlers[name]) as JobHandler<JobName>;
