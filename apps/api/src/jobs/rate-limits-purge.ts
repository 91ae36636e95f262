import type { JobHandler } from "./job.ts";

/** Forgets the counts whose window is over. */
export const rateLimitsPurge: JobHandler<"rate-limits.purge"> = async (_, { database, deps }) => {
  const now = deps.clock.now();
  await database.operator((as) => as("").db.deleteFrom("rate_limits").where("ends_at", "<=", now).execute());
};
