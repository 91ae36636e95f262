import { createDeps, type Deps } from "../../src/deps.ts";
import type { Clock } from "../../src/domain/clock.ts";

/** A clock that tests can move; it goes on by itself in between. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export const testClock = (): TestClock => {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance: (ms) => {
      ahead += ms;
    },
  };
};

/** The run's master key: the template database and every server of the run have the same. */
const masterKey = Buffer.alloc(32, "a key for tests alone");

export const testDeps = (
  clock: Clock = testClock(),
  url = "http://localhost:4000",
  dnsServers: readonly string[] = [],
): Deps =>
  createDeps(
    { url, idpUrl: url, dnsServers, eventsRetentionDays: 400, meteredEventsRetentionDays: 30 },
    masterKey,
    clock,
  );
