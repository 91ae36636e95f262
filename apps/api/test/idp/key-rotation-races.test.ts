import { expect, test } from "vitest";
import { beginRotation, rotateNow } from "../../src/core/signing-keys/by-hand.ts";
import { announce, promote } from "../../src/core/signing-keys/rotate.ts";
import { latestRotation } from "../../src/core/signing-keys/schedule.ts";
import { keysRotate } from "../../src/jobs/keys-rotate.ts";
import { good, newPlace } from "../core/support.ts";
import { eventsOf } from "../harness/rows.ts";
import { createWorld } from "../harness/world.ts";
import { DAY, rotationOf } from "./rotation-support.ts";

const world = await createWorld({ poolMax: 10 });
const second = await world.another();
const { clock, database, deps } = world.server;
const { keysOf, kids, published, versionOf, signingKid, to, run, context } = rotationOf(world);
const { epoch } = await context();
const rotated = async (accountId: string) =>
  (await eventsOf(world, accountId)).filter(({ type }) => type === "issuer.signing-key.rotated");
/** Shortly behind the announcement of the next rotation. */
const toAnnouncement = () => {
  const { publishedAt, signsAt } = latestRotation(clock.now() + 35 * DAY);
  to(publishedAt + 1000);
  return signsAt;
};

test("two workers at once, over more issuers than a part holds, do each step once", async () => {
  const place = await newPlace(world);
  const { accountId, api } = place;
  await world.sql(
    "insert into issuers select (jsonb_populate_record(i, jsonb_build_object('id', i.id || n))).* from issuers i, generate_series(100, 219) n where id = $1",
    [place.issuerId],
  );
  await world.sql(
    `insert into issuer_signing_keys (account_id, issuer_id, kid, alg, public_jwk, private_key, status, created_at)
      select k.account_id, i.id, kid, alg, public_jwk, private_key, k.status, k.created_at from issuer_signing_keys k, issuers i
      where k.issuer_id = $1 and i.id like $1 || '%' and i.id <> $1`,
    [place.issuerId],
  );
  const signsAt = toAnnouncement();
  const counts = () =>
    world.sql(
      `select status, count(*)::int as keys, count(distinct (issuer_id, alg))::int as places from issuer_signing_keys
        where account_id = $1 group by status order by status`,
      [accountId],
    );
  const both = async () => {
    const job = await context();
    await Promise.all([keysRotate({}, job), keysRotate({}, { ...job, database: second.database })]);
  };
  const version = await versionOf(place.issuerId);
  await both();
  const all = { keys: 242, places: 242 };
  expect(await counts()).toEqual([
    { status: "active", ...all },
    { status: "next", ...all },
  ]);
  expect(await versionOf(place.issuerId)).toBe(version + 1);
  to(signsAt + 1000);
  await both();
  expect(await counts()).toEqual([
    { status: "active", ...all },
    { status: "retired", ...all },
  ]);
  expect(await versionOf(place.issuerId)).toBe(version + 2);
  expect(await rotated(accountId)).toHaveLength(242);
  const [active] = await world.sql<{ old: string }>(
    "select count(*) filter (where retired_at is null)::int as old from issuer_signing_keys where account_id = $1 and status = 'retired'",
    [accountId],
  );
  expect(active?.old).toBe(0);
  to(signsAt + 46 * DAY);
  await Promise.all([
    keysRotate({}, await context()),
    keysRotate({}, { ...(await context()), database: second.database }),
  ]);
  expect((await counts()).map(({ status }) => status)).toEqual(["active", "next"]);
  good(await api.get(place.issuer));
});

test("a crash in the middle of a step, or between two, leaves what the next run goes on from", async () => {
  const { accountId, issuerId } = await newPlace(world);
  const first = await kids(issuerId, "active");
  const signsAt = toAnnouncement();
  const { publishedAt } = latestRotation(clock.now());
  // The keys are published, and nobody works any more.
  await announce(database, deps, { before: publishedAt, signsAt, issuerId });
  const next = await kids(issuerId, "next");
  expect(Object.keys(next)).toHaveLength(2);
  to(signsAt);
  const broken = database.transaction(accountId, async (tx) => {
    expect(await promote(tx, [issuerId], clock.now())).toHaveLength(2);
    throw new Error("The process ends here.");
  });
  await expect(broken).rejects.toThrow("ends here");
  expect(await kids(issuerId, "active")).toEqual(first);
  await run();
  expect(await kids(issuerId, "active")).toEqual(next);
  const state = await keysOf(issuerId);
  const version = await versionOf(issuerId);
  await run();
  expect(await keysOf(issuerId)).toEqual(state);
  expect(await versionOf(issuerId)).toBe(version);
  expect(await rotated(accountId)).toHaveLength(2);
});

test("a rotation by hand publishes at once and signs a day later; one that is under way is told and not begun anew", async () => {
  const { accountId, issuerId } = await newPlace(world);
  const first = await kids(issuerId, "active");
  const begun = await beginRotation(database, deps, { issuerId });
  expect(begun.map(({ alg }) => alg)).toEqual(["ES256", "EdDSA"]);
  for (const { signsAt } of begun) expect(Math.abs(signsAt - clock.now() - DAY)).toBeLessThan(60_000);
  expect(await beginRotation(database, deps, { issuerId })).toEqual(begun);
  const made = begun.map(({ kid }) => kid);
  for (const { url } of [world.server, second]) await published(issuerId, [...Object.values(first), ...made], url);
  await run();
  expect(await kids(issuerId, "active")).toEqual(first);
  clock.advance(DAY + 1000);
  await run();
  expect(Object.values(await kids(issuerId, "active"))).toEqual(made);
  expect(await rotated(accountId)).toHaveLength(2);
});

test("in an emergency new keys sign at once, and those that were published to sign later are gone", async () => {
  const { accountId, issuerId } = await newPlace(world);
  const first = await kids(issuerId, "active");
  await beginRotation(database, deps, { issuerId });
  const done = await rotateNow(database, deps, { issuerId, epoch });
  expect(done.map(({ replaced }) => replaced)).toEqual(Object.values(first));
  const active = await kids(issuerId, "active");
  expect(Object.values(active)).toEqual(done.map(({ kid }) => kid));
  expect(await kids(issuerId, "next")).toEqual({});
  expect(await kids(issuerId, "retired")).toEqual(first);
  expect(await signingKid(accountId, issuerId, "ES256")).toBe(active.ES256);
  const all = [...Object.values(first), ...Object.values(active)];
  for (const { url } of [world.server, second]) await published(issuerId, all, url);
  expect((await rotated(accountId)).map(({ trigger }) => trigger)).toEqual([
    "issuers.rotateKeys",
    "issuers.rotateKeys",
  ]);
  await Promise.all([
    rotateNow(database, deps, { issuerId, epoch }),
    rotateNow(second.database, deps, { issuerId, epoch }),
  ]);
  expect(Object.keys(await kids(issuerId, "active"))).toHaveLength(2);
  expect((await keysOf(issuerId)).filter(({ status }) => status === "retired")).toHaveLength(6);
});

test("an issuer that is not there is named in the refusal", async () => {
  const { api, issuer, issuerId } = await newPlace(world);
  good(await api.delete(issuer));
  for (const id of [issuerId, "iss_none", "' or true --"]) {
    await expect(beginRotation(database, deps, { issuerId: id })).rejects.toThrow(`There is no issuer ${id}.`);
    await expect(rotateNow(database, deps, { issuerId: id, epoch })).rejects.toThrow(`There is no issuer ${id}.`);
  }
});
