import { tryOne } from "../webhooks/release.ts";
import type { JobHandler } from "./job.ts";

/** Sends one delivery to a webhook that is failing, to see whether it answers again. */
export const webhooksTrial: JobHandler<"webhooks.trial"> = ({ accountId, webhookId, trialAt }, { database, deps }) =>
  database.transaction(accountId, (tx) => tryOne(tx, webhookId, trialAt, deps.clock.now()));
