/** What is left of a source's bad credentials in this minute. */
export interface Allowance {
  exceeded: boolean;
  limit: number;
  remaining: number;
  resetSeconds: number;
}

/**
 * Counts bad credentials by source, in windows of a minute. It is asked only once a credential was refused, so that a good one
 * is never limited, whoever shares its address.
 */
export class Refusals {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #counts = new Map<string, number>();
  #minute = 0;

  constructor(limit: number, now: () => number) {
    this.#limit = limit;
    this.#now = now;
  }

  count(source: string): Allowance {
    const now = this.#now();
    const minute = Math.floor(now / minuteMs);
    if (minute !== this.#minute) {
      this.#counts.clear();
      this.#minute = minute;
    }
    // Beyond what is worth remembering, sources share one count.
    const known = this.#counts.has(source) || this.#counts.size < sourcesMax;
    const counted = known ? source : "";
    const count = (this.#counts.get(counted) ?? 0) + 1;
    this.#counts.set(counted, count);
    return {
      exceeded: count > this.#limit,
      limit: this.#limit,
      remaining: Math.max(0, this.#limit - count),
      resetSeconds: Math.ceil(((minute + 1) * minuteMs - now) / 1000),
    };
  }
}

const minuteMs = 60_000;
const sourcesMax = 10_000;
