import { randomFillSync } from "node:crypto";
import { hexadecimalKinds, type IdKind, idPrefixes } from "@authpi/schema";
import type { Clock } from "./clock.ts";

export interface Ids {
  make(kind: IdKind): string;
  /** Names many ids of a kind of base 36 at once, for statements that make the rows themselves. */
  series(kind: IdKind): IdSeries;
}

/** `head` and five decimal digits make an id; ids of later calls are greater than all of a series. */
export interface IdSeries {
  head: string;
  /** The time that these ids carry. */
  madeAt: number;
}

/** Ids made of UUIDv7s (RFC 9562, 5.7) that grow strictly within this process, also within one millisecond. */
export const createIds = (clock: Clock): Ids => {
  const random = randomWords();
  let last = 0n;
  let lastTime = 0;

  const next = (): bigint => {
    const time = clock.now();
    if (time > lastTime) {
      lastTime = time;
      last = first(time, random(), random());
      return last;
    }
    // The same millisecond, or a clock that went back: count on by a random step.
    last += (random() & STEP) + 1n;
    return last;
  };

  return {
    make: (kind) => `${idPrefixes[kind]}_${hexadecimalKinds.includes(kind) ? hex(next()) : base36(next())}`,
    series(kind) {
      const upper = next() / SERIES + 1n;
      last = (upper + 1n) * SERIES;
      return { head: `${idPrefixes[kind]}_${upper.toString(36).padStart(20, "0")}`, madeAt: lastTime };
    },
  };
};

/** The time at which an id of base 36 was made, or undefined where it is none. */
export const timeOfId = (id: string): number | undefined => {
  const body = /^[a-z]+_([0-9a-z]{25})$/.exec(id)?.[1];
  if (!body) return undefined;
  let value = 0n;
  for (const digit of body) value = value * 36n + BigInt(Number.parseInt(digit, 36));
  const time = Number(value >> 80n);
  return time < 2 ** 48 ? time : undefined;
};

/** What every id of a kind of base 36 is greater than that is made at this time or later, and none that was made before. */
export const idAt = (kind: IdKind, time: number): string =>
  `${idPrefixes[kind]}_${base36(BigInt(Math.min(Math.max(time, 0), 2 ** 48)) << 80n)}`;

const STEP = 0xffff_ffffn;
const SERIES = 36n ** 5n;

/** The highest bit of both random parts is clear: counting on never reaches the version and the variant above them. */
const first = (time: number, high: bigint, low: bigint): bigint =>
  (BigInt(time) << 80n) | (0x7n << 76n) | ((high & 0x7ffn) << 64n) | (0x2n << 62n) | (low & ((1n << 61n) - 1n));

/** Words of 64 random bits: one call into the system for 256 of them. */
const randomWords = (): (() => bigint) => {
  const words = new BigUint64Array(256);
  let used = words.length;
  return () => {
    if (used === words.length) {
      randomFillSync(words);
      used = 0;
    }
    return words[used++] ?? 0n;
  };
};

const hex = (value: bigint): string => value.toString(16).padStart(32, "0");
const base36 = (value: bigint): string => value.toString(36).padStart(25, "0");
