import { tellExpired } from "../core/api-keys/expiry.ts";
import { appendEvents } from "../events/append.ts";
import type { JobHandler } from "./job.ts";

/** Tells that a key has expired. */
export const apiKeysExpire: JobHandler<"api-keys.expire"> = async (data, { database, deps, epoch, jobId }) => {
  await database.transaction(data.accountId, async (tx) => {
    const event = await tellExpired(tx, data, deps.rootIssuerId);
    const origin = {
      source: "jobs",
      trigger: "api-keys.expire",
      trace: jobId,
      auth: { type: "system" },
      epoch,
    } as const;
    if (event) await appendEvents(tx, [event], origin, deps.ids);
  });
};
