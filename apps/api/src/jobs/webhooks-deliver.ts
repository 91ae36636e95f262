import { claimDeliveries, deliver, jobOrigin } from "../webhooks/deliver.ts";
import type { JobHandler } from "./job.ts";

/** One delivery by itself; a worker makes many at once by webhooks/dispatcher.ts. */
export const webhooksDeliver: JobHandler<"webhooks.deliver"> = async (data, context) => {
  const [claimed] = await claimDeliveries(context, data.accountId, [data]);
  if (claimed) await deliver(context, claimed, jobOrigin(context.epoch, context.jobId), context.signal);
};
