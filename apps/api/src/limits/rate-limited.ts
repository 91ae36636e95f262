import type { RateLimit } from "../domain/rate-limits.ts";

/** There was too much of it: what the Core API answers with 429, and a page of an issuer in its own way. */
export class RateLimited extends Error {
  override name = "RateLimited";
  readonly limit: number;
  /** Until the window ends. */
  readonly retryAfterSeconds: number;

  constructor({ max, windowSeconds, of }: RateLimit, leftMs: number) {
    super(`There were too many ${of}; the limit is ${max} in ${windowSeconds} seconds.`);
    this.limit = max;
    this.retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000));
  }
}
