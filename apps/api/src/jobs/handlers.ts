import { eventPartitions } from "./event-partitions.ts";
import type { JobHandlers } from "./job.ts";

/** What each kind of job does. */
export const jobHandlers: JobHandlers = {
  "events.partitions": eventPartitions,
};
