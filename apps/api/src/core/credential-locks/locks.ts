import { sql } from "kysely";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { networkOf } from "../../domain/ip.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import { Problem } from "../../http/problem.ts";

type Counting = Pick<Deps, "clock" | "secrets">;

/** What somebody tries to answer for, named as it was typed: whether there is such an account makes no difference. */
export interface Guarded {
  issuerId: string;
  kind: "password" | "code" | "factor";
  identifier: string;
  /** The address that it comes from. */
  source: string | undefined;
  /** A trusted device of the user whom the identifier names: strangers' wrong answers do not shut it out. */
  isTrusted?: boolean;
}
export interface Locked {
  /** When it can be tried again, in Unix milliseconds. */
  until: number;
}

/** Wrong answers of one network, and for how long the last of them locks. */
const FROM_ONE_MAX = 5;
const FROM_ONE_MS = 15 * 60_000;
/** Wrong answers of all networks together, in an hour that begins with the first. */
const FROM_ALL_MAX = 100;
const FROM_ALL_MS = 3_600_000;

/** @throws {Problem} 429 where the credential is locked for this source. It counts nothing. */
export const refuseIfLocked = async (tx: Tx, deps: Counting, guarded: Guarded): Promise<void> => {
  const locked = await lockOf(tx, deps, guarded);
  if (locked) throw lockedProblem(locked, deps.clock.now());
};

/** Undefined where it is not locked. */
export const lockOf = async (tx: Tx, deps: Counting, guarded: Guarded): Promise<Locked | undefined> => {
  const { one, all } = keysOf(deps, guarded);
  const rows = await tx
    .from("rate_limits")
    .select(["key", "n", "ends_at"])
    .where("key", "in", [one, all])
    .where("ends_at", ">", deps.clock.now())
    .execute();
  const over = rows.filter(({ key, n }) =>
    key === one ? n >= FROM_ONE_MAX : n >= FROM_ALL_MAX && guarded.isTrusted !== true,
  );
  return over.length === 0 ? undefined : { until: Math.max(...over.map(({ ends_at }) => ends_at)) };
};

/**
 * Counts a wrong answer; locked where it was one too many. To let no two guesses run side by side past the limit, count before looking at
 * the answer, and `clearWrong` where it turns out to be right. The caller commits.
 */
export const countWrong = async (tx: Tx, deps: Counting, guarded: Guarded): Promise<Locked | undefined> => {
  const locked = await lockOf(tx, deps, guarded);
  if (locked) return locked;
  const { one, all } = keysOf(deps, guarded);
  const isCounted = await countOne(tx, one, deps.clock.now());
  if (!isCounted) return (await lockOf(tx, deps, guarded)) ?? { until: deps.clock.now() + FROM_ONE_MS };
  const total = await countAll(tx, all, deps.clock.now());
  return total.n > FROM_ALL_MAX && guarded.isTrusted !== true ? { until: total.ends_at } : undefined;
};

/** A right answer takes back what its own network has counted; other networks' counts stay. */
export const clearWrong = async (tx: Tx, deps: Counting, guarded: Guarded): Promise<void> => {
  const { one, all } = keysOf(deps, guarded);
  const now = deps.clock.now();
  const cleared = await tx.delete("rate_limits").where("key", "=", one).returning(["n", "ends_at"]).executeTakeFirst();
  if (!cleared || cleared.ends_at <= now) return;
  await tx
    .update("rate_limits")
    .set({ n: sql<number>`greatest(n - ${cleared.n}::int, 0)` })
    .where("key", "=", all)
    .execute();
};

/** Takes one back that nobody has looked at. */
export const uncount = async (tx: Tx, deps: Counting, guarded: Guarded): Promise<void> => {
  const { one, all } = keysOf(deps, guarded);
  const less = (key: string) =>
    tx.update("rate_limits").set({ n: sql<number>`n - 1` }).where("key", "=", key).where("n", ">", 0).execute();
  // In the order in which they are counted: two that do so wait for each other once.
  await less(one);
  await less(all);
};

export const lockedProblem = ({ until }: Locked, now: number): Problem =>
  new Problem("rateLimited", "Too many wrong answers have locked this for a while.", {
    retryAfterSeconds: Math.max(1, Math.ceil((until - now) / 1000)),
  });

const keysOf = ({ secrets }: Counting, { issuerId, kind, identifier, source }: Guarded) => {
  const credential = secrets.macHexOf(issuerId, `${kind} ${oneForm(identifier)}`);
  return { one: `wrong:${credential}:${networkOf(source)}`, all: `wrong:${credential}` };
};

/** The spellings of one name are one name here too. */
const oneForm = (identifier: string): string =>
  normalizeUsername("email", identifier) ??
  normalizeUsername("phone", identifier) ??
  normalizeUsername("unique-name", identifier) ??
  identifier.slice(0, 254);

/** False where there were as many as may be: they are counted no further, and the lock is not drawn out. The last one sets its end. */
const countOne = async (tx: Tx, key: string, now: number): Promise<boolean> => {
  const isOver = sql<boolean>`rate_limits.ends_at <= ${now}`;
  const counted = await tx
    .insert("rate_limits", { key, n: 1, ends_at: now + FROM_ONE_MS })
    .onConflict((conflict) =>
      conflict
        .columns(["account_id", "key"])
        .doUpdateSet({
          n: sql<number>`case when ${isOver} then 1 else rate_limits.n + 1 end`,
          ends_at: sql<number>`case when ${isOver} or rate_limits.n + 1 >= ${FROM_ONE_MAX}
            then excluded.ends_at else rate_limits.ends_at end`,
        })
        .where(sql<boolean>`${isOver} or rate_limits.n < ${FROM_ONE_MAX}`),
    )
    .returning("n")
    .executeTakeFirst();
  return counted !== undefined;
};

const countAll = (tx: Tx, key: string, now: number) => {
  const isOver = sql`rate_limits.ends_at <= ${now}`;
  return tx
    .insert("rate_limits", { key, n: 1, ends_at: now + FROM_ALL_MS })
    .onConflict((conflict) =>
      conflict.columns(["account_id", "key"]).doUpdateSet({
        n: sql<number>`case when ${isOver} then 1 else rate_limits.n + 1 end`,
        ends_at: sql<number>`case when ${isOver} then excluded.ends_at else rate_limits.ends_at end`,
      }),
    )
    .returning(["n", "ends_at"])
    .executeTakeFirstOrThrow();
};
