import { sql } from "kysely";
import type { Tx } from "../db/tx.ts";
import { Problem } from "./problem.ts";

interface Limit {
  max: number;
  windowSeconds: number;
  /** Completes "There were too many …". */
  of: string;
}

const HOUR = 3600;

/** What is limited, and to how much in a window that begins with the first of them. */
export const rateLimits = {
  /** By the account and the address, whoever asks for it: an account makes as many issuers as it likes. */
  mailsToAddress: { max: 5, windowSeconds: HOUR, of: "mails to this address" },
  /** By the organization, in the place of a source: who invites has a credential. */
  invitations: { max: 200, windowSeconds: HOUR, of: "invitations of this organization" },
  invitationResends: { max: 1, windowSeconds: 60, of: "mails for this invitation" },
} as const satisfies Record<string, Limit>;
export interface Counted {
  limit: keyof typeof rateLimits;
  /** Whose count it is. */
  of: string;
}

/**
 * Counts one more of each, in the transaction of what is counted: what fails has not been.
 *
 * @throws {Problem} 429 `rate_limited`, saying when the window ends.
 */
export const countLimited = async (tx: Tx, counted: readonly Counted[], now: number): Promise<void> => {
  const isOver = sql`rate_limits.ends_at <= ${now}`;
  const rows = counted.map(({ limit, of }) => {
    return { key: `${limit}:${of}`, n: 1, ends_at: now + rateLimits[limit].windowSeconds * 1000 };
  });
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
  for (const { limit, of } of counted) {
    const state = states.get(`${limit}:${of}`);
    if (state && state.n > rateLimits[limit].max) throw exceeded(rateLimits[limit], state.ends_at - now);
  }
};

const exceeded = ({ max, windowSeconds, of }: Limit, leftMs: number): Problem =>
  new Problem("rateLimited", `There were too many ${of}; the limit is ${max} in ${windowSeconds} seconds.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)),
    rateLimit: { limit: max, remaining: 0 },
  });
