import { parseOptions, verify } from "@node-rs/argon2";
import { expect, test } from "vitest";
import { createBoundedQueue, Overloaded } from "../../src/domain/bounded-queue.ts";
import { createPasswords } from "../../src/domain/passwords.ts";

test("a password is kept as Argon2id at OWASP's cost, each time with another salt", async () => {
  const passwords = createPasswords();
  const [one, two] = await Promise.all([passwords.hash("plum tractor"), passwords.hash("plum tractor")]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(parseOptions(String(one))).toMatchObject({ outputLen: 32, saltLen: 16 });
  expect(one).not.toBe(two);
  expect(await verify(String(one), "plum tractor")).toBe(true);
});

test("it is the same on every keyboard, and nothing of it is cut off or tidied", async () => {
  const passwords = createPasswords();
  const kept = await passwords.hash(" cafe\u0301 cafe\u0301 ");
  expect(await passwords.verify(kept, " caf\u00e9 caf\u00e9 ")).toBe(true);
  for (const other of ["caf\u00e9 caf\u00e9", " CAF\u00c9 caf\u00e9 ", " caf\u00e9 caf\u00e9  "]) {
    expect(await passwords.verify(kept, other)).toBe(false);
  }
  const long = "x".repeat(255);
  expect(await passwords.verify(await passwords.hash(`${long}a`), `${long}b`)).toBe(false);
});

test("without a hash nothing is right, and the work is done all the same", async () => {
  const passwords = createPasswords({ concurrency: 1, waitingMax: 1 });
  const first = passwords.verify(undefined, "password");
  const waiting = passwords.verify(undefined, "password");
  await expect(passwords.verify(undefined, "password")).rejects.toBeInstanceOf(Overloaded);
  expect(await Promise.all([first, waiting])).toEqual([false, false]);
});

test.each(["password", "PASSWORD", "Qwertyuiop", "iloveyou", "1qaz2wsx"])("everybody tries %s", async (password) => {
  expect(await createPasswords().isCommon(password)).toBe(true);
});

test("a phrase of one's own is nobody else's", async () => {
  expect(await createPasswords().isCommon("plum tractor velvet 94")).toBe(false);
});

test("as many run as may, as many wait as may, and one more is refused at once", async () => {
  const queued = createBoundedQueue({ concurrency: 2, waitingMax: 3 });
  const ends: (() => void)[] = [];
  let running = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => ends.push(resolve));
    running--;
  };
  const taken = Array.from({ length: 5 }, () => queued(work));
  await expect(queued(work)).rejects.toBeInstanceOf(Overloaded);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  while (ends.length > 0) {
    ends.shift()?.();
    await turn();
  }
  await Promise.all(taken);
  expect({ most, running }).toEqual({ most: 2, running: 0 });
  const again = queued(async () => "free again");
  expect(await again).toBe("free again");
});

test("a piece of work that fails gives its place on", async () => {
  const queued = createBoundedQueue({ concurrency: 1, waitingMax: 1 });
  const failing = queued(() => Promise.reject(new Error("this one")));
  const next = queued(async () => "next");
  await expect(failing).rejects.toThrow("this one");
  expect(await next).toBe("next");
});

test("the process goes on with everything else while passwords are looked at", async () => {
  const passwords = createPasswords({ concurrency: 2, waitingMax: 20 });
  await passwords.hash("the code is loaded");
  const order: string[] = [];
  const hashes = Array.from({ length: 8 }, () => passwords.hash("plum tractor").then(() => order.push("hash")));
  let done = false;
  const all = Promise.all(hashes).then(() => {
    done = true;
  });
  let turns = 0;
  while (!done) {
    await new Promise((resolve) => setImmediate(resolve));
    if (++turns % 10 === 0 && !done) order.push("turn");
  }
  await all;
  // Between any two hashes the loop went round: none of them held it.
  expect(turns).toBeGreaterThan(100);
  expect(order.indexOf("turn")).toBeLessThan(order.indexOf("hash"));
  expect(order.lastIndexOf("turn")).toBeGreaterThan(order.indexOf("hash"));
});
