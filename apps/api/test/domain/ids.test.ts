import { exampleId, hexadecimalKinds, type IdKind, idPrefixes } from "@authpi/schema";
import { expect, test } from "vitest";
import { createIds, timeOfId } from "../../src/domain/ids.ts";

const time = 1_781_222_400_000;
/** A clock that stands still until it is told. */
const standing = (now = time) => {
  const clock = { at: now, now: () => clock.at };
  return clock;
};
const kinds = Object.keys(idPrefixes) as IdKind[];

test.each(kinds)("an id of the kind %s has its prefix and the body of its kind", (kind) => {
  const ids = createIds(standing());
  const body = hexadecimalKinds.includes(kind) ? "[0-9a-f]{32}" : "[0-9a-z]{25}";
  const form = new RegExp(`^${idPrefixes[kind]}_${body}$`);
  for (const id of [ids.make(kind), exampleId(kind)]) expect(id).toMatch(form);
});

test("an id is a UUIDv7 of the time at which it was made", () => {
  const hex = createIds(standing()).make("apiKey").slice(4);
  // RFC 9562, 5.7: 48 bits of time, version 7, variant 10.
  expect(Number.parseInt(hex.slice(0, 12), 16)).toBe(time);
  expect(hex[12]).toBe("7");
  expect(hex[16]).toMatch(/[89ab]/);
});

test("ids grow strictly within a millisecond, and where the clock goes back", () => {
  const clock = standing();
  const ids = createIds(clock);
  let last = "";
  for (let n = 0; n < 20_000; n++) {
    if (n === 10_000) clock.at -= 60_000;
    if (n === 15_000) clock.at += 120_000;
    const id = ids.make("event");
    expect(id > last).toBe(true);
    last = id;
  }
});

test("hexadecimal ids keep version and variant however many are made in a millisecond", () => {
  const ids = createIds(standing());
  for (let n = 0; n < 10_000; n++) expect(ids.make("agent")).toMatch(/^agt_.{12}7.{3}[89ab]/);
});

test("two processes do not make the same ids in the same millisecond", () => {
  const made = Array.from({ length: 1000 }, () => createIds(standing()).make("user"));
  expect(new Set(made).size).toBe(made.length);
});

test("an id tells its time, and what is none tells nothing", () => {
  const clock = standing();
  const ids = createIds(clock);
  for (const at of [0, 1, time, 2 ** 48 - 1]) {
    clock.at = at;
    expect(timeOfId(createIds(clock).make("event"))).toBe(at);
  }
  const strangers = ["", "evt_", "evt_none", ids.make("apiKey"), `evt_${"z".repeat(25)}`, `${ids.make("event")}0`];
  for (const text of strangers) expect(timeOfId(text), text).toBeUndefined();
});

test("a series names ids of one kind, between those made before and those made later", () => {
  const ids = createIds(standing());
  const before = ids.make("event");
  const { head, madeAt } = ids.series("event");
  const after = ids.make("event");
  expect(madeAt).toBe(time);
  for (const id of [`${head}10000`, `${head}99999`]) {
    expect(id).toMatch(/^evt_[0-9a-z]{25}$/);
    expect(timeOfId(id)).toBe(time);
    expect(before < id && id < after).toBe(true);
  }
  expect(ids.series("event").head > head).toBe(true);
});
