import type { RateLimit } from "../domain/rate-limits.ts";
import { RateLimited } from "./rate-limited.ts";

/**
 * Counts bad credentials by source, in this process and in windows of the clock. It is asked only once a credential was refused, so
 * that a good one is never limited, whoever shares its address.
 */
export class Refusals {
  readonly #limit: RateLimit;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #window = 0;

  constructor(limit: RateLimit, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  /** One more; the error where it is one too many. */
  count(source: string): RateLimited | undefined {
    const now = this.#now();
    const windowMs = this.#limit.windowSeconds * 1000;
    const window = Math.floor(now / windowMs);
    if (window !== this.#window) {
      this.#counts.clear();
      this.#window = window;
    }
    // Beyond what is worth remembering, sources share one count.
    const known = this.#counts.has(source) || this.#counts.size < sourcesMax;
    const counted = known ? source : "";
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    return count > this.#limit.max ? new RateLimited(this.#limit, (window + 1) * windowMs - now) : undefined;
  }
}

const sourcesMax = 10_000;
