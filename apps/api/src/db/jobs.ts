import pg from "pg";
import { type ConstructorOptions, type Db, PgBoss } from "pg-boss";
import { type JobData, type JobName, jobNames, queues } from "./queues.ts";

export const jobsSchema = "pgboss";

/** When and for whom a job is to run. */
export interface JobOptions {
  /** Unix milliseconds; absent: at once. */
  at?: number;
  /** Jobs of one group share its bound of how many run at once. */
  group?: string;
}
type Queries = Pick<pg.ClientBase | pg.Pool, "query">;
export type NewJob<N extends JobName> = JobOptions & { data: JobData[N] };

/** Puts jobs into a queue, in the transaction of a connection that somebody else has opened. */
export interface JobSender {
  send<N extends JobName>(client: Queries, name: N, jobs: readonly NewJob<N>[]): Promise<void>;
  close(): Promise<void>;
}

/** pg-boss, where it neither works nor watches: for who puts jobs in, or takes them by hand. */
export const quiet = {
  schema: jobsSchema,
  migrate: false,
  supervise: false,
  schedule: false,
  registerInstance: false,
  openTelemetry: { enabled: false },
} as const satisfies ConstructorOptions;

/** Starts when the first job is sent. */
export const createSender = (db: Db): JobSender => {
  let starting: Promise<PgBoss> | undefined;
  const started = () => {
    starting ??= startBoss({ ...quiet, db }).catch((error) => {
      starting = undefined;
      throw error;
    });
    return starting;
  };
  return {
    send: async (client, name, jobs) => {
      if (jobs.length === 0) return;
      const boss = await started();
      const rows = jobs.map(({ data, at, group }) => ({
        data,
        ...(at !== undefined && { startAfter: new Date(Math.min(at, farthest)) }),
        ...(group !== undefined && { group: { id: group } }),
      }));
      await boss.insert(name, rows, { db: dbOn(client) });
    },
    close: async () => {
      await (await starting)?.stop({ graceful: false });
    },
  };
};

/** The last second of the year 9999: pg-boss takes no year of five digits. */
const farthest = 253_402_300_799_000;

/** What pg-boss asks of a database, on one connection or a pool. */
export const dbOn = (client: Queries): Db => ({
  executeSql: async (text, values) => {
    const result: unknown = await client.query(text, values as unknown[]);
    // Several statements in one text: pg answers with several results, and the last one that has rows is meant.
    const results = Array.isArray(result) ? result : [result];
    return { rows: results.flatMap((one) => (one instanceof pg.Result ? one.rows : [])) };
  },
});

export const startBoss = async (options: ConstructorOptions, onError: (error: Error) => void = () => {}) => {
  const boss = new PgBoss(options);
  boss.on("error", onError);
  await boss.start();
  return boss;
};

/** Brings pg-boss's own schema and the queues to this version; needs the owner of the database. */
export const installJobs = async (client: pg.Client): Promise<void> => {
  const boss = await startBoss({ ...quiet, migrate: true, db: dbOn(client) });
  try {
    const there = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]));
    for (const name of jobNames) {
      const { cron: _, ...settings } = queues[name];
      const found = there.get(name);
      if (!found) await boss.createQueue(name, settings);
      else if (Object.entries(settings).some(([key, value]) => found[key as keyof typeof found] !== value)) {
        await boss.updateQueue(name, settings);
      }
    }
  } finally {
    await boss.stop({ graceful: false });
  }
  await client.query(grants);
};

/** A tenant's transaction puts jobs in, and cannot read what others put in. */
const grants = `
  grant usage on schema ${jobsSchema} to authpi_app;
  grant select on ${jobsSchema}.queue, ${jobsSchema}.version to authpi_app;
  grant insert, select (id, start_after) on ${jobsSchema}.job, ${jobsSchema}.job_common to authpi_app`;

export interface QueueState {
  name: string;
  ready: number;
  later: number;
  active: number;
  failed: number;
}
export interface JobFailure {
  name: string;
  id: string;
  at: string;
  message: string;
}

/** How many jobs of each kind wait, run and have failed for good, and the newest failures of those that are kept. */
export const listQueues = async (db: Db): Promise<{ queues: QueueState[]; failures: JobFailure[] }> => {
  const { rows } = await db.executeSql(`
    select json_build_object(
      'queues', (select coalesce(json_agg(q order by q.name), '[]') from (
        select wanted.name,
          count(*) filter (where j.state < 'active' and j.start_after <= now()) as ready,
          count(*) filter (where j.state < 'active' and j.start_after > now()) as later,
          count(*) filter (where j.state = 'active') as active, count(*) filter (where j.state = 'failed') as failed
        from unnest(array[${jobNames.map((name) => pg.escapeLiteral(name)).join()}]) as wanted (name)
        left join ${jobsSchema}.job j on j.name = wanted.name and j.state in ('created', 'retry', 'active', 'failed')
        group by wanted.name) q),
      'failures', (select coalesce(json_agg(f), '[]') from (
        select name, id, to_char(completed_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at,
          coalesce(output ->> 'message', output -> 'value' ->> 'message', '') as message
        from ${jobsSchema}.job where state = 'failed' order by completed_on desc limit 20) f)) as told`);
  // The row has exactly what the statement builds.
  return (rows[0] as { told: { queues: QueueState[]; failures: JobFailure[] } }).told;
};
