import type { Db } from "pg-boss";
import { listQueues, type QueueState } from "../db/jobs.ts";

/** What the database says of itself: read when somebody asks, and not anew for everyone who does. */
export interface DatabaseState {
  queues: readonly QueueState[];
  /** By the gauge's name. */
  gauges: Readonly<Record<string, number>>;
}

/** Gauges of one number each, as SQL: a further one is a line here. */
export const sqlGauges = {
  // An open transaction that has written keeps every event behind it from forward readers (data.md: the horizon).
  authpi_events_horizon_lag_seconds: {
    help: "The age of the oldest open transaction that has written: webhooks and forward readers wait for it.",
    sql: `select coalesce(extract(epoch from clock_timestamp() - min(xact_start)), 0)::float8
      from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()`,
  },
} as const satisfies Record<string, { help: string; sql: string }>;

const keepMs = 5000;

export const createReader = (db: Db): (() => Promise<DatabaseState>) => {
  let last: { at: number; state: Promise<DatabaseState> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > keepMs) last = { at: now, state: read(db) };
    return last.state;
  };
};

/** A database that does not answer has no numbers; what the process itself counts is there all the same. */
const read = async (db: Db): Promise<DatabaseState> => {
  const columns = Object.entries(sqlGauges).map(([name, { sql }]) => `(${sql}) as ${name}`);
  try {
    const { queues } = await listQueues(db);
    const { rows } = await db.executeSql(`select ${columns.join(", ")}`);
    // The statement gives one row, with a number for each of its columns.
    return { queues, gauges: rows[0] as Record<string, number> };
  } catch {
    return { queues: [], gauges: {} };
  }
};
