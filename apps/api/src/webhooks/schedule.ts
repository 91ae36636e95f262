import type { WebhookRetry } from "@authpi/schema";

const usualSeconds = [5, 30, 120, 600, 3600, 10_800, 28_800];
const dayMs = 86_400_000;
const jitter = 0.2;

/** How long the next attempt waits after so many; the last wait repeats. A receiver that says when to come again is heard, up to a day. */
export const waitMs = (
  { schedule_seconds }: WebhookRetry,
  attempts: number,
  random: () => number,
  retryAfterMs: number | undefined,
): number => {
  if (retryAfterMs !== undefined) return retryAfterMs;
  const schedule = schedule_seconds ?? usualSeconds;
  const seconds = schedule[Math.min(attempts, schedule.length) - 1] ?? 0;
  return Math.round(seconds * 1000 * (1 - jitter + 2 * jitter * random()));
};

/** A `Retry-After` in seconds or as a date (RFC 9110, 10.2.3). */
export const readRetryAfter = (value: string | string[] | undefined, now: number): number | undefined => {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), dayMs) : undefined;
};
