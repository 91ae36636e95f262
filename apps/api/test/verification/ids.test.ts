import { expect, test } from "vitest";
import { createIds, timeOfId } from "../../src/domain/ids.ts";

test("ids grow strictly, also within a millisecond and when the clock goes back", () => {
  let time = 1_795_533_855_000;
  const ids = createIds({ now: () => time });
  let last = "";
  for (let made = 0; made < 20_000; made++) {
    if (made % 1000 === 0) time += made % 3000 === 0 ? -5 : 7;
    const id = made % 10 === 0 ? `${ids.series("event").head}00256` : ids.make("event");
    expect(id > last).toBe(true);
    last = id;
  }
});

test("an id is a UUIDv7 of its time", () => {
  const time = 1_795_533_855_123;
  const ids = createIds({ now: () => time });
  for (let made = 0; made < 1000; made++) {
    expect(ids.make("apiKey")).toMatch(/^key_[0-9a-f]{12}7[0-9a-f]{3}[89ab][0-9a-f]{15}$/);
    expect(timeOfId(ids.make("event"))).toBe(time);
    const { head, madeAt } = ids.series("event");
    expect(timeOfId(`${head}00001`)).toBe(time);
    expect(madeAt).toBe(time);
  }
});

test("series do not meet: not each other, and not the ids in between", () => {
  const ids = createIds({ now: () => 1_795_533_855_123 });
  for (let made = 0; made < 1000; made++) {
    const before = ids.make("event");
    const { head } = ids.series("event");
    expect([before, `${head}00001`, `${head}99999`, ids.make("event")].toSorted()[1]).toBe(`${head}00001`);
    expect(ids.make("event") > `${head}99999`).toBe(true);
  }
});
