const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A key is published for so long before it signs: whoever keeps a key set for less than that knows it by then. */
export const noticeMs = DAY;
/** A key is kept for so long behind its last signature: access tokens last 21 days at most, and the rest is for hints. */
export const keptMs = 45 * DAY;

/**
 * The newest rotation that is to be known by now: it signs on the last day of a month at 01:00 UTC, and is published an hour more than
 * the notice ahead of that, for the job to come round.
 */
export const latestRotation = (now: number): { publishedAt: number; signsAt: number } => {
  const date = new Date(now);
  const inMonth = (month: number) => Date.UTC(date.getUTCFullYear(), month + 1, 0, 1);
  const ahead = noticeMs + HOUR;
  const thisMonths = inMonth(date.getUTCMonth());
  const signsAt = thisMonths - ahead <= now ? thisMonths : inMonth(date.getUTCMonth() - 1);
  return { publishedAt: signsAt - ahead, signsAt };
};
