import { makePartitions, retirePartitions } from "../events/partitions.ts";
import type { JobHandler } from "./job.ts";

/** Makes the partitions of the coming months, so that no event has to wait for its own, and drops those whose time has passed. */
export const eventPartitions: JobHandler<"events.partitions"> = async (_, { database, deps, log }) => {
  const now = deps.clock.now();
  await makePartitions(database, now);
  const dropped = await retirePartitions(database, now, deps.eventRetention);
  if (dropped.length > 0) log.info({ dropped }, "events past their retention are gone");
};
