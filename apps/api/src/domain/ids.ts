import { randomBytes } from "node:crypto";
import { hexadecimalKinds, type IdKind, idPrefixes } from "@authpi/schema";
import type { Clock } from "./clock.ts";

export interface Ids {
  make(kind: IdKind): string;
}

/** Ids made of UUIDv7s (RFC 9562, 5.7) that grow strictly within this process, also within one millisecond. */
export const createIds = (clock: Clock): Ids => {
  let last = 0n;
  return {
    make(kind) {
      const time = BigInt(clock.now()) << 80n;
      const random = BigInt(`0x${randomBytes(10).toString("hex")}`);
      let value = withVersion(time | random);
      // The same millisecond, or a clock that went back: count on from the last.
      if (value <= last) value = withVersion(last + 1n + (random & 0xffff_ffffn));
      last = value;
      return `${idPrefixes[kind]}_${hexadecimalKinds.includes(kind) ? hex(value) : base36(value)}`;
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

const VERSION = 0x7n << 76n;
const VERSION_MASK = 0xfn << 76n;
const VARIANT = 0x2n << 62n;
const VARIANT_MASK = 0x3n << 62n;
const withVersion = (value: bigint): bigint => (value & ~VERSION_MASK & ~VARIANT_MASK) | VERSION | VARIANT;
const hex = (value: bigint): string => value.toString(16).padStart(32, "0");
const base36 = (value: bigint): string => value.toString(36).padStart(25, "0");
