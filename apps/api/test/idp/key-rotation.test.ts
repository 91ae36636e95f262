import { jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { latestRotation } from "../../src/core/signing-keys/schedule.ts";
import { good, newPlace, newUser } from "../core/support.ts";
import { eventsOf } from "../harness/rows.ts";
import { accessToken, meWith, newPerson } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { DAY, HOUR, rotationOf } from "./rotation-support.ts";

const world = await createWorld();
const second = await world.another();
const { clock } = world.server;
const { keysOf, kids, published, verifier, versionOf, signingKid, kidOf, to, run } = rotationOf(world);

describe("the newest rotation that is to be known", () => {
  test.each([
    ["2027-01-29T23:59:59.999Z", "2026-12-31T01:00:00.000Z"],
    ["2027-01-30T00:00:00.000Z", "2027-01-31T01:00:00.000Z"],
    ["2027-01-31T23:59:59.999Z", "2027-01-31T01:00:00.000Z"],
    ["2027-02-01T00:00:00.000Z", "2027-01-31T01:00:00.000Z"],
    ["2027-02-27T00:00:00.000Z", "2027-02-28T01:00:00.000Z"],
    ["2028-02-27T23:59:59.999Z", "2028-01-31T01:00:00.000Z"],
    ["2028-02-28T00:00:00.000Z", "2028-02-29T01:00:00.000Z"],
  ])("at %s signs at %s", (now, signsAt) => {
    const rotation = latestRotation(Date.parse(now));
    expect(rotation).toEqual({ publishedAt: Date.parse(signsAt) - DAY - HOUR, signsAt: Date.parse(signsAt) });
  });
});

/** The 10th of the month that follows the clock's, and that month's rotation. */
const startMonth = () => {
  const now = new Date(clock.now());
  const month = now.getUTCMonth() + 1;
  to(Date.UTC(now.getUTCFullYear(), month, 10, 12));
  return { signsAt: Date.UTC(now.getUTCFullYear(), month + 1, 0, 1) };
};

const longToken = (issuerId: string, accountClaims = {}) =>
  accessToken(world, issuerId, {
    sub: "u_1",
    exp: Math.floor(clock.now() / 1000) + (100 * DAY) / 1000,
    ...accountClaims,
  });

test("keys are published a day before they sign, on the last day of the month at 01:00, and go 45 days behind", async () => {
  const { signsAt } = startMonth();
  const place = await newPlace(world);
  const { issuerId, accountId } = place;
  const user = await newUser(place, "ada");
  good(await place.api.post(`${place.issuer}/users/${user.id}/tokens`, { name: "script" }));
  const personal = async () => (await keysOf(issuerId)).filter(({ purpose }) => purpose !== "tokens");
  const personalBefore = await personal();
  expect(personalBefore).toHaveLength(1);
  const first = await kids(issuerId, "active");
  const version = await versionOf(issuerId);
  const oldToken = await longToken(issuerId);
  expect(kidOf(oldToken)).toBe(first.ES256);

  to(signsAt - DAY - 2 * HOUR);
  await run();
  expect(await kids(issuerId, "next")).toEqual({});
  expect(await versionOf(issuerId)).toBe(version);

  to(signsAt - DAY - HOUR / 2);
  await run();
  const next = await kids(issuerId, "next");
  expect(Object.keys(next)).toEqual(["ES256", "EdDSA"]);
  expect(await versionOf(issuerId)).toBe(version + 1);
  const both = [...Object.values(first), ...Object.values(next)];
  for (const at of [world.server.url, second.url]) await published(issuerId, both, at);
  expect(await signingKid(accountId, issuerId, "ES256")).toBe(first.ES256);

  to(signsAt - 60_000);
  await run();
  expect(await kids(issuerId, "active")).toEqual(first);
  expect(await versionOf(issuerId)).toBe(version + 1);

  to(signsAt);
  await run();
  const retiredAt = clock.now();
  expect(await kids(issuerId, "active")).toEqual(next);
  expect(await kids(issuerId, "retired")).toEqual(first);
  expect(await versionOf(issuerId)).toBe(version + 2);
  for (const alg of ["ES256", "EdDSA"]) expect(await signingKid(accountId, issuerId, alg)).toBe(next[alg]);
  for (const at of [world.server.url, second.url]) await published(issuerId, both, at);
  expect(kidOf(await longToken(issuerId))).toBe(next.ES256);
  const told = (await eventsOf(world, accountId)).filter(({ type }) => type === "issuer.signing-key.rotated");
  const byAlg = (a: { data: Record<string, unknown> }, b: { data: Record<string, unknown> }) =>
    JSON.stringify(a.data.resource).localeCompare(JSON.stringify(b.data.resource));
  expect(told.sort(byAlg)).toMatchObject(
    Object.entries(next)
      .map(([alg, kid]) => ({
        ...{ source: "jobs", trigger: "keys.rotate", auth: { type: "system" } },
        subject: { type: "signing_key", id: kid, account_id: accountId, issuer_id: issuerId },
        data: { resource: { kid, alg }, previous: { kid: first[alg] } },
      }))
      .sort(byAlg),
  );
  expect(JSON.stringify(told)).not.toContain("private");

  to(retiredAt + 45 * DAY - HOUR);
  await run();
  const held = { currentDate: new Date(clock.now()) };
  await jwtVerify(oldToken, await verifier(issuerId), held);
  to(retiredAt + 45 * DAY + HOUR);
  await run();
  expect((await keysOf(issuerId)).map(({ kid }) => kid)).not.toContain(first.ES256);
  await expect
    .poll(async () => jwtVerify(oldToken, await verifier(issuerId), held).catch(({ code }) => code))
    .toBe("ERR_JWKS_NO_MATCHING_KEY");
  expect(await personal()).toEqual(personalBefore);
});

test("the root issuer's keys rotate like any other's, and its old tokens stay good for the Core API", async () => {
  const { signsAt } = startMonth();
  const person = await newPerson(world);
  const tenant = await world.tenant();
  await person.join(tenant.accountId, ["notes:read"]);
  // Whatever earlier months have left is done.
  await run();
  to(clock.now() + 2 * DAY);
  await run();
  const first = await kids(person.rootIssuerId, "active");
  const claims = { exp: Math.floor(signsAt / 1000) + (10 * DAY) / 1000 };
  const token = await person.token("notes:read", { claims });
  expect(kidOf(token)).toBe(first.ES256);
  expect((await meWith(world, token)).status).toBe(200);
  for (const time of [signsAt - DAY - HOUR / 2, signsAt]) {
    to(time);
    await run();
  }
  const now = await kids(person.rootIssuerId, "active");
  expect(now.ES256).not.toBe(first.ES256);
  expect((await meWith(world, token)).status).toBe(200);
  const fresh = await person.token("notes:read");
  expect(kidOf(fresh)).toBe(now.ES256);
  expect((await meWith(world, fresh)).status).toBe(200);
  to(signsAt + 46 * DAY);
  await run();
  expect((await meWith(world, token)).status).toBe(401);
});

test("what was missed while nobody worked is made up for, with a whole day's notice", async () => {
  const { signsAt } = startMonth();
  const { issuerId } = await newPlace(world);
  const first = await kids(issuerId, "active");
  to(signsAt + 9 * DAY);
  await run();
  const made = (await keysOf(issuerId)).filter(({ status }) => status === "next");
  expect(made).toHaveLength(2);
  for (const { signs_at } of made) {
    expect(Number(signs_at) - clock.now()).toBeGreaterThan(DAY - HOUR);
    expect(Number(signs_at) - clock.now()).toBeLessThanOrEqual(DAY);
  }
  const state = await keysOf(issuerId);
  await run();
  expect(await keysOf(issuerId)).toEqual(state);

  // Away again, for two months: what was published signs, and the month that was missed meanwhile follows.
  to(signsAt + 70 * DAY);
  await run();
  expect((await kids(issuerId, "active")).ES256).toBe(made.find(({ alg }) => alg === "ES256")?.kid);
  expect(Object.keys(await kids(issuerId, "next"))).toHaveLength(2);
  expect(await kids(issuerId, "retired")).toEqual(first);
});

test("an issuer that is deleted rotates no more", async () => {
  const { signsAt } = startMonth();
  const { api, issuer, issuerId } = await newPlace(world);
  good(await api.delete(issuer));
  to(signsAt);
  await run();
  expect((await keysOf(issuerId)).filter(({ status }) => status === "next")).toEqual([]);
});
