import { describe, expect, test } from "vitest";
import { issueCode, issueLink } from "../../src/core/one-time-codes/issue.ts";
import { peekLink, useCode, useLink } from "../../src/core/one-time-codes/use.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newPages, otherThan } from "./page-support.ts";

const world = await createWorld();
const { clock } = world.server;
const MINUTE = 60_000;
const address = "ada@example.com";

const newScene = async () => {
  const pages = await newPages(world);
  const { inTx, deps, issuerId } = pages;
  const place = { issuerId, purpose: "sign-in" as const, address };
  const issue = (more: object = {}) =>
    inTx((tx) => issueCode(tx, deps, { ...place, userId: null, flow: "flow-1", ...more }));
  const use = (code: string, more: object = {}) =>
    inTx((tx) => useCode(tx, deps, { ...place, flow: "flow-1", code, ...more }));
  const link = (more: object = {}) => inTx((tx) => issueLink(tx, deps, { ...place, userId: null, ...more }));
  const follow = (token: string, more: object = {}) => inTx((tx) => useLink(tx, deps, { issuerId, token, ...more }));
  const peek = (token: string) => inTx((tx) => peekLink(tx, deps, { issuerId, token }));
  return { ...pages, issue, use, link, follow, peek };
};

describe("a code", () => {
  test("has six digits, is good once, in whatever form it and its address are typed", async () => {
    const { issue, use } = await newScene();
    const { id, code, expiresAt } = await issue();
    expect(code).toMatch(/^[0-9]{6}$/);
    expect(expiresAt - clock.now()).toBeGreaterThan(9 * MINUTE);
    const right = await use(` ${code.slice(0, 3)} ${code.slice(3)}`, { address: " Ada@Example.com" });
    expect(right).toEqual({ outcome: "right", proved: { id, purpose: "sign-in", address, userId: null } });
    expect(await use(code)).toEqual({ outcome: "used" });
  });

  test("is over after ten minutes", async () => {
    const { issue, use } = await newScene();
    const { code } = await issue();
    clock.advance(10 * MINUTE);
    expect(await use(code)).toEqual({ outcome: "expired" });
  });

  test("is dead after five wrong ones", async () => {
    const { issue, use } = await newScene();
    const { code } = await issue();
    for (let turn = 0; turn < 4; turn++) expect(await use(otherThan(code))).toEqual({ outcome: "wrong" });
    expect(await use(otherThan(code))).toEqual({ outcome: "exhausted" });
    expect(await use(code)).toEqual({ outcome: "exhausted" });
  });

  test("works in the flow that asked for it alone, and strangers' guesses do not end it", async () => {
    const { issue, use } = await newScene();
    const { code } = await issue();
    for (let turn = 0; turn < 6; turn++) expect(await use(code, { flow: "flow-2" })).toEqual({ outcome: "wrong" });
    expect(await use(code, { flow: undefined })).toEqual({ outcome: "wrong" });
    expect((await use(code)).outcome).toBe("right");
  });

  test("ends the one before of its purpose and address, and no other", async () => {
    const { issue, use } = await newScene();
    const first = await issue();
    const other = await issue({ purpose: "verify-email" });
    const second = await issue();
    if (first.code !== second.code) expect((await use(first.code)).outcome).toBe("wrong");
    expect((await use(second.code)).outcome).toBe("right");
    expect((await use(other.code, { purpose: "verify-email" })).outcome).toBe("right");
  });

  test("is wrong where nothing was asked for, and of another issuer", async () => {
    const [one, other] = [await newScene(), await newScene()];
    const { code } = await one.issue();
    expect(await other.use(code)).toEqual({ outcome: "wrong" });
    expect(await one.use(code, { address: "bob@example.com" })).toEqual({ outcome: "wrong" });
  });

  test("used fifty times at once succeeds once", async () => {
    const { issue, use } = await newScene();
    const { code } = await issue();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => (await use(code)).outcome));
    expect(outcomes.filter((outcome) => outcome === "right")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "used")).toHaveLength(49);
  });

  test("guessed fifty times at once is dead, and no more than five were looked at", async () => {
    const { issue, use, sql, accountId } = await newScene();
    const { code } = await issue();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => (await use(otherThan(code))).outcome));
    expect(outcomes.filter((outcome) => outcome === "wrong")).toHaveLength(4);
    const rows = await sql("select attempts from one_time_codes where account_id = $1", [accountId]);
    expect(rows).toEqual([{ attempts: 5 }]);
  });
});

describe("a link", () => {
  test("tells what it is for without being used, and is good once", async () => {
    const { link, follow, peek, userOf } = await newScene();
    const { id: userId } = await userOf(address);
    const { id, token } = await link({ purpose: "reset-password", userId });
    expect(token).toMatch(/^aln_[0-9A-Za-z]{49}$/);
    const right = { outcome: "right", proved: { id, purpose: "reset-password", address, userId } };
    for (let turn = 0; turn < 3; turn++) expect(await peek(token)).toEqual(right);
    expect(await follow(token, { purpose: "sign-in" })).toEqual({ outcome: "unknown" });
    expect(await follow(token, { purpose: "reset-password" })).toEqual(right);
    expect(await follow(token)).toEqual({ outcome: "used" });
    expect(await peek(token)).toEqual({ outcome: "used" });
  });

  test("is over after ten minutes, and unknown where it is none, or another took its place", async () => {
    const { link, follow, peek } = await newScene();
    const first = await link();
    const second = await link();
    expect(await follow(first.token)).toEqual({ outcome: "unknown" });
    expect(await follow(`${second.token}x`)).toEqual({ outcome: "unknown" });
    clock.advance(10 * MINUTE);
    expect(await peek(second.token)).toEqual({ outcome: "expired" });
    expect(await follow(second.token)).toEqual({ outcome: "expired" });
  });

  test("followed fifty times at once succeeds once", async () => {
    const { link, follow } = await newScene();
    const { token } = await link();
    const outcomes = await Promise.all(Array.from({ length: 50 }, async () => (await follow(token)).outcome));
    expect(outcomes.filter((outcome) => outcome === "right")).toHaveLength(1);
  });
});

test("neither codes nor tokens are stored, and what has expired goes by the hourly job", async () => {
  const { issue, link, sql, accountId } = await newScene();
  const { code } = await issue();
  const { token } = await link({ purpose: "reset-password" });
  const rows = () => sql("select * from one_time_codes where account_id = $1", [accountId]);
  const text = JSON.stringify(await rows(), (_, value) => (Buffer.isBuffer(value) ? value.toString("latin1") : value));
  for (const secret of [token, `"${code}"`, "flow-1"]) expect(text).not.toContain(secret);
  const { idempotencySweep } = await import("../../src/jobs/idempotency-sweep.ts");
  const sweep = () =>
    idempotencySweep({}, { ...world.server, signal: AbortSignal.timeout(5000) } as unknown as Parameters<
      typeof idempotencySweep
    >[1]);
  clock.advance(30 * MINUTE);
  await sweep();
  expect(await rows()).toHaveLength(2);
  clock.advance(60 * MINUTE);
  await sweep();
  expect(await rows()).toEqual([]);
  await runJobs(world.server);
});
