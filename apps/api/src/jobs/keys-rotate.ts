import { announce, promote } from "../core/signing-keys/rotate.ts";
import { keptMs, latestRotation } from "../core/signing-keys/schedule.ts";
import { due, forget } from "../core/signing-keys/store.ts";
import { appendEvents } from "../events/append.ts";
import type { JobContext, JobHandler } from "./job.ts";

/**
 * Takes every issuer's keys a step further, where it is time: first those that are to sign do, so that a rotation that was missed for
 * a month is followed by the next one. What is done stays done; the next run goes on from there.
 */
export const keysRotate: JobHandler<"keys.rotate"> = async (_, context) => {
  const { database, deps, signal } = context;
  while (await promoteSome(context)) signal.throwIfAborted();

  const { publishedAt, signsAt } = latestRotation(deps.clock.now());
  const announcement = { before: publishedAt, signsAt, issuerId: null };
  for (let last = await announce(database, deps, announcement); last; ) {
    signal.throwIfAborted();
    last = await announce(database, deps, announcement, last);
  }

  const dead = deps.clock.now() - keptMs;
  while ((await database.operator((as) => forget(as(""), dead))) > 0) signal.throwIfAborted();
};

/** False where nothing was left to do. Events are an account's: each has a transaction. */
const promoteSome = async ({ database, deps, epoch, jobId }: JobContext): Promise<boolean> => {
  const now = deps.clock.now();
  const origin = { source: "jobs", trigger: "keys.rotate", trace: jobId, auth: { type: "system" }, epoch } as const;
  const places = await database.operator((as) => due(as(""), now));
  for (const [accountId, issuers] of Map.groupBy(places, ({ account_id }) => account_id)) {
    const ids = issuers.map(({ issuer_id }) => issuer_id);
    await database.transaction(accountId, async (tx) => {
      await appendEvents(tx, await promote(tx, ids, now), origin, deps.ids);
    });
  }
  return places.length > 0;
};
