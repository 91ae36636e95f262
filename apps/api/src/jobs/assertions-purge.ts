import type { JobHandler } from "./job.ts";

/** Forgets the assertions that have ended: nobody takes them any more. */
export const assertionsPurge: JobHandler<"assertions.purge"> = async (_, { database, deps }) => {
  const now = deps.clock.now();
  await database.operator((as) => as("").db.deleteFrom("used_assertions").where("expires_at", "<=", now).execute());
};
