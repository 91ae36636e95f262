import { expect, test } from "vitest";
import { clearWrong, countWrong, refuseIfLocked } from "../../src/core/credential-locks/locks.ts";
import { networkOf } from "../../src/domain/ip.ts";
import { Problem } from "../../src/http/problem.ts";
import { createWorld } from "../harness/world.ts";
import { newPages } from "./page-support.ts";

const world = await createWorld();
const { clock } = world.server;
const MINUTE = 60_000;

const newScene = async () => {
  const { inTx, deps, issuerId } = await newPages(world);
  const given = { issuerId, kind: "password" as const, identifier: "ada@example.com", source: "192.0.2.7" };
  type More = Partial<Parameters<typeof countWrong>[2]>;
  const wrong = (more: More = {}) => inTx((tx) => countWrong(tx, deps, { ...given, ...more }));
  const clear = (more: More = {}) => inTx((tx) => clearWrong(tx, deps, { ...given, ...more }));
  const isLocked = (more: More = {}) =>
    inTx((tx) => refuseIfLocked(tx, deps, { ...given, ...more })).then(
      () => false,
      (error: unknown) => {
        if (!(error instanceof Problem) || error.status !== 429) throw error;
        return true;
      },
    );
  const fill = async (count: number, more: More = {}) => {
    for (let turn = 0; turn < count; turn++) expect(await wrong(more)).toBeUndefined();
  };
  return { wrong, clear, isLocked, fill };
};

test("five wrong answers from one network lock that credential for it, for 15 minutes from the last", async () => {
  const { wrong, isLocked, fill } = await newScene();
  await fill(4);
  expect(await isLocked()).toBe(false);
  clock.advance(10 * MINUTE);
  await fill(1);
  expect(await isLocked()).toBe(true);
  const at = clock.now();
  const locked = await wrong();
  expect(locked?.until).toBeGreaterThan(at + 14 * MINUTE);
  expect(await isLocked({ source: "192.0.2.200", isTrusted: true })).toBe(true);
  for (const more of [{ source: "192.0.3.7" }, { identifier: "bob@example.com" }, { kind: "code" as const }])
    expect(await isLocked(more)).toBe(false);
  clock.advance(14 * MINUTE);
  // Asking meanwhile does not draw it out.
  expect(await wrong()).toEqual(locked);
  clock.advance(MINUTE);
  expect(await isLocked()).toBe(false);
  await fill(5);
  expect(await isLocked()).toBe(true);
});

test("the spellings of a name are one name, whether anybody has it or not", async () => {
  const { isLocked, fill } = await newScene();
  for (const identifier of ["+33 6 12 34 56 78", "+33612345678", "+33 (6) 12-34-56-78"]) await fill(1, { identifier });
  await fill(2, { identifier: " +33612345678 " });
  expect(await isLocked({ identifier: "+33.612.345.678" })).toBe(true);
  await fill(5, { identifier: "Nobody" });
  expect(await isLocked({ identifier: "nobody" })).toBe(true);
});

test("a right answer takes back its own network's count alone", async () => {
  const { clear, isLocked, fill } = await newScene();
  await fill(4);
  await fill(5, { source: "198.51.100.1" });
  await clear();
  await fill(4);
  expect(await isLocked()).toBe(false);
  expect(await isLocked({ source: "198.51.100.1" })).toBe(true);
});

test("a hundred an hour from everywhere lock it for all but trusted devices", async () => {
  const { wrong, isLocked, fill } = await newScene();
  for (let n = 0; n < 25; n++) await fill(4, { source: `203.0.${n}.1` });
  expect(await isLocked({ source: "198.51.100.1" })).toBe(true);
  expect(await wrong({ source: "198.51.100.1" })).toBeDefined();
  const trusted = { source: "198.51.100.1", isTrusted: true };
  expect(await isLocked(trusted)).toBe(false);
  await fill(5, trusted);
  expect(await isLocked(trusted)).toBe(true);
  clock.advance(60 * MINUTE);
  expect(await isLocked({ source: "203.0.0.1" })).toBe(false);
});

test("of fifty attempts at once, five are let through", async () => {
  const { wrong } = await newScene();
  const results = await Promise.all(Array.from({ length: 50 }, () => wrong()));
  expect(results.filter((locked) => locked === undefined)).toHaveLength(5);
});

test("a network is /24 of IPv4, in whichever clothes, and /64 of IPv6", () => {
  expect(networkOf("192.0.2.7")).toBe("192.0.2.0/24");
  expect(networkOf("::ffff:192.0.2.9")).toBe("192.0.2.0/24");
  expect(networkOf("2001:db8:1:2:3::4")).toBe("2001:db8:1:2::/64");
  expect(networkOf("2001:db8:1:2:ffff::1")).toBe("2001:db8:1:2::/64");
  expect(networkOf("fe80::1%eth0")).toBe("fe80::/64");
  expect(networkOf(undefined)).toBe("unknown");
  expect(networkOf("nonsense")).toBe("unknown");
});
