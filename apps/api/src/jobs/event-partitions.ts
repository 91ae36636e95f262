import { sql } from "kysely";
import type { JobHandler } from "./job.ts";

const MONTHS_AHEAD = 3;

/** Makes the partitions of the coming months, so that no event has to wait for its own. */
export const eventPartitions: JobHandler<"events.partitions"> = async (_, { database, deps }) => {
  await database.operator((as) =>
    sql`select events_partitions(${deps.clock.now()}, ${MONTHS_AHEAD})`.execute(as("").db),
  );
};
