import type { JobHandler } from "./job.ts";

const keptMs = 30 * 24 * 3600 * 1000;

/** Forgets the mails of a month ago; what was sent to whom is told by the events. */
export const mailsPurge: JobHandler<"mails.purge"> = async (_, { database, deps }) => {
  const before = deps.clock.now() - keptMs;
  await database.operator(async (as) => {
    const { db } = as("");
    await db.deleteFrom("mails").where("created_at", "<", before).execute();
    await db.deleteFrom("captured_mails").where("created_at", "<", before).execute();
  });
};
