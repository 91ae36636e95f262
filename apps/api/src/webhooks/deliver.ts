import type { Database } from "../db/open.ts";
import type { Deps } from "../deps.ts";
import type { Origin } from "../events/append.ts";
import type { Services } from "../http/room.ts";
import { attemptDelivery, type Outcome } from "./attempt.ts";
import { claim, type Ticket } from "./claim.ts";
import { record } from "./record.ts";
import type { Claimed, DeliveryDetail } from "./rows.ts";
import { isUsual, type Successes } from "./successes.ts";

/** What making a delivery needs. */
export interface Delivering {
  database: Pick<Database, "transaction">;
  deps: Deps & Services;
  epoch: number;
}

/** Takes deliveries of one account; those that are done or planned anew already are not among them. */
export const claimDeliveries = (
  { database, deps }: Delivering,
  accountId: string,
  tickets: readonly Ticket[],
): Promise<Claimed[]> => database.transaction(accountId, (tx) => claim(tx, tickets, deps.clock.now()));

/** One attempt, and its result in the log. Throws, with nothing written, where it was interrupted. */
export const deliver = async (
  context: Delivering,
  claimed: Claimed,
  origin: Origin,
  signal?: AbortSignal,
): Promise<DeliveryDetail | undefined> =>
  recordOne(context, claimed, await attemptDelivery(context.deps, claimed, signal), origin);

/** The same for one of many: usual successes are written together. */
export const deliverOfMany = async (
  context: Delivering & { successes: Successes },
  claimed: Claimed,
  origin: Origin,
  signal: AbortSignal,
): Promise<void> => {
  const outcome = await attemptDelivery(context.deps, claimed, signal);
  if (isUsual(claimed, outcome)) await context.successes.add(claimed, outcome);
  else await recordOne(context, claimed, outcome, origin);
};

const recordOne = ({ database, deps }: Delivering, claimed: Claimed, outcome: Outcome, origin: Origin) =>
  database.transaction(claimed.webhook.account_id, (tx) => record(tx, deps, claimed, outcome, origin));

export const jobOrigin = (epoch: number, jobId: string): Origin => ({
  source: "jobs",
  trigger: "webhooks.deliver",
  trace: jobId,
  auth: { type: "system" },
  epoch,
});
