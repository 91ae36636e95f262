import { releaseWaiting } from "../webhooks/release.ts";
import type { JobHandler } from "./job.ts";

/** Sends on what waited for its webhook. */
export const webhooksRelease: JobHandler<"webhooks.release"> = ({ accountId, webhookId }, { database, deps }) =>
  database.transaction(accountId, (tx) => releaseWaiting(tx, webhookId, deps.clock.now()));
