/** Time as the program sees it, in Unix milliseconds; tests give one of their own. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
