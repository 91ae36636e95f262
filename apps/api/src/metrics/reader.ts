import { sql } from "kysely";
import { horizonLag } from "../db/horizon.ts";
import { listQueues, type QueueState } from "../db/jobs.ts";
import type { Database } from "../db/open.ts";

/** What the database says of itself: read when somebody asks, and not anew for everyone who does. */
export interface DatabaseState {
  queues: readonly QueueState[];
  /** Deliveries to webhooks that have not ended, by their status. */
  deliveries: Readonly<Record<string, number>>;
  /** Undefined where the database does not answer. */
  horizonLagSeconds: number | undefined;
}
type Source = Pick<Database, "jobs" | "operator">;

const keepMs = 5000;

export const createReader = (database: Source): (() => Promise<DatabaseState>) => {
  let last: { at: number; state: Promise<DatabaseState> } | undefined;
  return () => {
    const now = performance.now();
    if (!last || now - last.at > keepMs) last = { at: now, state: read(database) };
    return last.state;
  };
};

/** A database that does not answer has no numbers; what the process itself counts is there all the same. */
const read = async (database: Source): Promise<DatabaseState> => {
  try {
    const { queues } = await listQueues(database.jobs);
    const deliveries = await openDeliveries(database);
    const { seconds } = await horizonLag(database);
    return { queues, deliveries, horizonLagSeconds: seconds };
  } catch {
    return { queues: [], deliveries: {}, horizonLagSeconds: undefined };
  }
};

const openStatuses = ["pending", "delivering", "waiting"] as const;

const openDeliveries = async (database: Source): Promise<Record<string, number>> => {
  const { rows } = await database.operator((as) =>
    sql<{ status: string; n: number }>`select status, count(*) as n from webhook_deliveries
      where status in (${sql.join(openStatuses)}) group by status`.execute(as("").db),
  );
  const none = Object.fromEntries(openStatuses.map((status) => [status, 0]));
  return { ...none, ...Object.fromEntries(rows.map(({ status, n }) => [status, n])) };
};
