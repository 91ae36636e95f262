import { retryAfterOf } from "./answer.ts";
import { ApiError, ConflictError, ConnectionError, MalformedResponseError } from "./errors.ts";

/** How often and after which wait a request is repeated. */
export interface Retries {
  /** How many times at most, after the first try. */
  limit: number;
  /** The wait before the first repetition, in milliseconds; a little less or more, so that clients don't come in step. */
  delayMs: number;
  /** What each wait is multiplied by to get the next. */
  backoff: number;
}

/** A longer wait than this is the caller's to decide on: the error is thrown at once. */
const waitMsMax = 60_000;
const repeatableStatuses = [429, 502, 503, 504];

/** The wait before a safe request is repeated, in milliseconds; undefined where the error is final. */
export const waitBeforeRetry = (error: unknown, retriesDone: number, retries: Retries): number | undefined => {
  if (retriesDone >= retries.limit || !isPassing(error)) return undefined;
  const asked = error instanceof ApiError ? retryAfterOf(error.headers, Date.now()) : undefined;
  const waitMs = asked === undefined ? backoff(retriesDone, retries) : asked * 1000;
  return waitMs > waitMsMax ? undefined : waitMs;
};

/** Whether the same request may well succeed in a moment. */
const isPassing = (error: unknown): boolean => {
  if (error instanceof ConnectionError) return true;
  // Its cause is the connection's: the answer was cut off.
  if (error instanceof MalformedResponseError) return error.cause !== undefined;
  // The first try with this idempotency key is still running. A conflict without Retry-After is one of states.
  if (error instanceof ConflictError) return error.headers["retry-after"] !== undefined;
  return error instanceof ApiError && repeatableStatuses.includes(error.status);
};

const backoff = (retriesDone: number, { delayMs, backoff }: Retries): number =>
  Math.min(delayMs * backoff ** retriesDone, waitMsMax) * (0.75 + Math.random() / 2);
