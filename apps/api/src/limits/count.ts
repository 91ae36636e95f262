import { sql } from "kysely";
import type { Database } from "../db/open.ts";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import type { LimitName } from "../domain/rate-limits.ts";
import { RateLimited } from "./rate-limited.ts";

type Limiting = Pick<Deps, "limits" | "clock">;

export interface Counted {
  limit: LimitName;
  /** Whose count it is; of a source, what `sourceOf` says. */
  of: string;
}

/**
 * Counts one more of each, in the transaction of what is counted: what fails has not been.
 *
 * @throws {RateLimited} saying when the window ends.
 */
export const countLimited = async (tx: Tx, deps: Limiting, ...counted: readonly Counted[]): Promise<void> => {
  const limited = inForce(deps, counted);
  if (limited.length === 0) return;
  const now = deps.clock.now();
  const isOver = sql`rate_limits.ends_at <= ${now}`;
  const rows = limited.map(({ key, limit }) => ({ key, n: 1, ends_at: now + limit.windowSeconds * 1000 }));
  const counts = await tx
    // In one order everywhere: two that count the same wait for each other once.
    .insert(
      "rate_limits",
      rows.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    )
    .onConflict((conflict) =>
      conflict.columns(["account_id", "key"]).doUpdateSet({
        n: sql<number>`case when ${isOver} then 1 else rate_limits.n + 1 end`,
        ends_at: sql<number>`case when ${isOver} then excluded.ends_at else rate_limits.ends_at end`,
      }),
    )
    .returning(["key", "n", "ends_at"])
    .execute();
  const states = new Map(counts.map(({ key, ...state }) => [key, state]));
  for (const { key, limit } of limited) {
    const state = states.get(key);
    if (state && state.n > limit.max) throw new RateLimited(limit, state.ends_at - now);
  }
};

/**
 * The same at once, in a transaction of its own: for what counts whatever becomes of it, such as a sign-in that is refused. It takes a
 * connection, and so is never called from inside of a transaction.
 *
 * @throws {RateLimited} and then has counted none of them.
 */
export const countApart = (
  database: Pick<Database, "transaction">,
  accountId: string,
  deps: Limiting,
  ...counted: readonly Counted[]
): Promise<void> => {
  if (inForce(deps, counted).length === 0) return Promise.resolve();
  return database.transaction(accountId, async (tx) => {
    // A flood waits for no lock and writes nothing.
    await refuseIfOver(tx, deps, ...counted);
    await countLimited(tx, deps, ...counted);
  });
};

/**
 * Counts nothing: for what is counted only once it turns out to be bad, before the work that tells. Those that are on their way at the
 * same time all pass, but `countApart` lets no more than the limit's number of them end in anything but RateLimited.
 *
 * @throws {RateLimited} where one more would be too many.
 */
export const refuseIfOver = async (tx: Tx, deps: Limiting, ...counted: readonly Counted[]): Promise<void> => {
  const limited = inForce(deps, counted);
  if (limited.length === 0) return;
  const now = deps.clock.now();
  const keys = limited.map(({ key }) => key);
  const open = tx.from("rate_limits").where("key", "in", keys).where("ends_at", ">", now);
  const states = await open.select(["key", "n", "ends_at"]).execute();
  for (const { key, limit } of limited) {
    const state = states.find((one) => one.key === key);
    if (state && state.n >= limit.max) throw new RateLimited(limit, state.ends_at - now);
  }
};

/** Those that have a limit, each with the name of its row. */
const inForce = ({ limits }: Limiting, counted: readonly Counted[]) =>
  counted
    .map(({ limit, of }) => ({ key: `${limit}:${of}`, limit: limits[limit] }))
    .filter(({ limit }) => Number.isFinite(limit.max));
