import { setImmediate as nextTurn } from "node:timers/promises";
import type { JobWithMetadata, PgBoss } from "pg-boss";
import type { JobData } from "../db/queues.ts";
import { claimDeliveries, type Delivering, deliverOfMany, jobOrigin } from "./deliver.ts";
import type { Claimed } from "./rows.ts";
import { createSuccesses } from "./successes.ts";

const queue = "webhooks.deliver";
type DeliveryJob = JobWithMetadata<JobData[typeof queue]>;

export interface DispatcherOptions {
  boss: Pick<PgBoss, "fetch" | "touch" | "complete" | "fail">;
  context: Delivering & { log: { error(about: object, message: string): void } };
  limits?: Partial<typeof usualLimits>;
}
export interface Dispatcher {
  start(): void;
  /** There is something to do. */
  wake(): void;
  /** Takes nothing more, lets what is in flight end, and gives back what does not. */
  stop(): Promise<void>;
}

const usualLimits = {
  /** In flight at once: of one webhook over all processes, and in this process. */
  ofOneWebhook: 4,
  inFlight: 1000,
  batch: 100,
  /** Attempts whose time has come are found within this. */
  pollMs: 1000,
  heartbeatMs: 3000,
  /** Below what a server waits for when it stops. */
  stopMs: 8000,
};

/**
 * Makes the deliveries as their jobs come. Each attempt is a task of its own: a receiver that hangs holds up its webhook's places, and
 * nobody else's.
 */
export const createDispatcher = ({ boss, context, limits }: DispatcherOptions): Dispatcher => {
  const { ofOneWebhook, inFlight: inFlightMax, batch, pollMs, heartbeatMs, stopMs } = { ...usualLimits, ...limits };
  const inFlight = new Map<string, { job: DeliveryJob; done: Promise<void> }>();
  const parts = { ...context, successes: createSuccesses(context) };
  const interrupt = new AbortController();
  let finished: DeliveryJob[] = [];
  let flushing: Promise<void> | undefined;
  let taking: Promise<void> | undefined;
  let isWanted = false;
  let isStopping = false;
  let timers: NodeJS.Timeout[] = [];

  const complain = (message: string) => (error: unknown) => context.log.error({ err: error }, message);
  const busy = (): string[] => [...new Set([...inFlight.values()].map(({ job }) => job.data.webhookId))];

  const fetch = (ignoreGroups: string[]): Promise<DeliveryJob[]> =>
    boss.fetch<JobData[typeof queue]>(queue, {
      includeMetadata: true,
      batchSize: Math.min(batch, inFlightMax - inFlight.size),
      groupConcurrency: ofOneWebhook,
      ...(ignoreGroups.length > 0 && { ignoreGroups }),
    });

  const take = async (): Promise<void> => {
    while (isWanted && !isStopping) {
      isWanted = false;
      while (!isStopping && inFlight.size < inFlightMax) {
        // Those that nothing is sent to come first: a webhook with a long queue would fill every batch.
        const ignored = busy();
        let jobs = await fetch(ignored);
        if (jobs.length === 0 && ignored.length > 0) jobs = await fetch([]);
        if (jobs.length === 0) break;
        begin(jobs);
      }
    }
  };

  const wake = (): void => {
    isWanted = true;
    if (isStopping) return;
    taking ??= take()
      .catch(complain("webhook deliveries could not be fetched"))
      .finally(() => {
        taking = undefined;
        if (isWanted && !isStopping) setImmediate(wake);
      });
  };

  /** One claim an account, then each for itself. */
  const begin = (jobs: readonly DeliveryJob[]): void => {
    const byAccount = Map.groupBy(jobs, ({ data }) => data.accountId);
    for (const [accountId, ofAccount] of byAccount) {
      const claimed = claimDeliveries(
        context,
        accountId,
        ofAccount.map(({ data }) => data),
      );
      for (const job of ofAccount) {
        const done = perform(job, claimed).finally(() => inFlight.delete(job.id));
        inFlight.set(job.id, { job, done });
      }
    }
  };

  const perform = async (job: DeliveryJob, claiming: Promise<Claimed[]>): Promise<void> => {
    try {
      const claimed = (await claiming).find(({ delivery }) => delivery.id === job.data.deliveryId);
      if (claimed) await deliverOfMany(parts, claimed, jobOrigin(context.epoch, job.id), interrupt.signal);
      finish(job);
    } catch (error) {
      if (!interrupt.signal.aborted) complain("a webhook delivery failed")(error);
      await boss.fail(queue, attemptOf(job)).catch(complain("a webhook delivery could not be given back"));
    }
  };

  const finish = (job: DeliveryJob): void => {
    finished.push(job);
    flushing ??= flush().finally(() => {
      flushing = undefined;
    });
  };
  /** Jobs that end at about the same time are completed together. */
  const flush = async (): Promise<void> => {
    while (finished.length > 0) {
      await nextTurn();
      const jobs = finished;
      finished = [];
      await boss.complete(queue, jobs.map(attemptOf)).catch(complain("webhook deliveries could not be completed"));
      wake();
    }
  };

  const heartbeat = (): void => {
    const jobs = [...inFlight.values()].map(({ job }) => attemptOf(job));
    if (jobs.length > 0) boss.touch(queue, jobs).catch(complain("webhook deliveries could not be kept"));
  };

  return {
    wake,
    start: () => {
      timers = [setInterval(wake, pollMs), setInterval(heartbeat, heartbeatMs)];
      wake();
    },
    stop: async () => {
      isStopping = true;
      await taking;
      const ends = () => Promise.all([...inFlight.values()].map(({ done }) => done));
      const timer = setTimeout(() => interrupt.abort(), stopMs);
      await ends();
      clearTimeout(timer);
      await flushing;
      for (const one of timers) clearInterval(one);
    },
  };
};

/** Fenced to the attempt that was fetched: a job that somebody else has taken up since is left alone. */
const attemptOf = ({ id, retryCount }: DeliveryJob) => ({ id, retryCount });
