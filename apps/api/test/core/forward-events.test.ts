import { randomInt } from "node:crypto";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { horizonLag } from "../../src/db/horizon.ts";
import { timeOfId } from "../../src/domain/ids.ts";
import type { ApiClient } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { recordEvents } from "./event-rows.ts";
import { good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();
const second = await world.another();

/**
 * A consumer that polls. Other test files' transactions run in the same cluster, and what is newer than the oldest of them waits:
 * so a reader is given time, and no test tells how much it takes.
 */
const newReader = (api: ApiClient, query = "", limit = 3) => {
  const seen: string[] = [];
  let cursor = "";
  const poll = async () => {
    const { body } = await api.get(`events?order=asc&limit=${limit}${query}${cursor}`);
    expect(body.next_cursor).toEqual(expect.any(String));
    cursor = `&cursor=${body.next_cursor}`;
    const page: string[] = body.data.map(({ id }: { id: string }) => id);
    seen.push(...page);
    return { page, more: body.has_more as boolean };
  };
  const until = async (enough: () => boolean) => {
    const deadline = performance.now() + 10_000;
    while (!enough()) {
      if (performance.now() > deadline) throw new Error(`Only ${seen.length} events have come.`);
      await poll();
    }
  };
  return { seen, poll, until };
};

test("order=asc reads from the first event to the last, and an exhausted cursor goes on with what comes", async () => {
  const place = await newPlace(world);
  for (let n = 0; n < 5; n++) await newUser(place, `user-${n}`);
  const all = (await idsOf(place.api, "events")).reverse();
  const reader = newReader(place.api);
  await reader.until(() => reader.seen.length >= all.length);
  expect(reader.seen).toEqual(all);
  expect(await reader.poll()).toEqual({ page: [], more: false });
  expect(await reader.poll()).toEqual({ page: [], more: false });

  await newUser(place, "late");
  await reader.until(() => reader.seen.length > all.length);
  expect(reader.seen).toEqual((await idsOf(place.api, "events")).reverse());
});

test("a forward reader keeps to its filters", async () => {
  const place = await newPlace(world);
  for (let n = 0; n < 5; n++) {
    const { id } = await newUser(place, `user-${n}`);
    good(await place.api.post(`${place.issuer}/users/${id}/block`));
  }
  const query = "&event_types=user.blocked";
  const blocked = (await idsOf(place.api, `events?${query.slice(1)}`)).reverse();
  const reader = newReader(place.api, query, 2);
  await reader.until(() => reader.seen.length >= 5);
  expect(reader.seen).toEqual(blocked);
});

test("a cursor of one order is none of the other", async () => {
  const { api } = await newPlace(world);
  const { next_cursor } = (await api.get("events?order=asc")).body;
  for (const query of ["", "order=desc&", "order=asc&event_types=user.*&"])
    expect((await api.get(`events?${query}cursor=${next_cursor}`)).status).toBe(400);
});

test("an event that commits late is not skipped, and holds back nobody who reads the newest", async () => {
  const place = await newPlace(world);
  const reader = newReader(place.api, "", 100);
  await reader.until(() => reader.seen.length >= 4);
  const late = new pg.Client(world.connection);
  await late.connect();
  onTestFinished(() => late.end());
  const id = world.server.deps.ids.make("event");
  await late.query("begin");
  await late.query(
    `insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data)
      select account_id, $2, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data from events where id = $1`,
    [reader.seen.at(-1), id],
  );
  await newUser(place, "ada");
  await newUser(place, "bob");
  expect(await idsOf(place.api, "events?event_types=user.created")).toHaveLength(2);
  expect((await reader.poll()).page).toEqual([]);
  await late.query("commit");
  await reader.until(() => reader.seen.length >= 7);
  expect(reader.seen.slice(4)).toEqual((await idsOf(place.api, "events")).slice(0, 3).reverse());
  expect(reader.seen[4]).toBe(id);
});

test("one reader beside 16 writers on two servers misses no event and sees none twice", async () => {
  const place = await newPlace(world);
  const other = { ...place, api: place.api.at(second.url) };
  let writing = true;
  const writer = async (_: unknown, index: number) => {
    for (let n = 0; n < 12; n++) await newUser(index % 2 ? place : other, `user-${index}-${n}`);
  };
  const reader = newReader(place.api, "&event_types=user.created", 7);
  const reading = reader.until(() => !writing && reader.seen.length >= 16 * 12);
  await Promise.all(Array.from({ length: 16 }, writer));
  writing = false;
  await reading;
  expect(reader.seen.toSorted()).toEqual(await committed(place.accountId));
});

/** The events of new users that there are, in the order of their ids. */
const committed = async (accountId: string) => {
  const rows = await world.sql<{ id: string }>(
    "select id from events where account_id = $1 and type = 'user.created' order by id",
    [accountId],
  );
  return rows.map(({ id }) => id);
};

test("where transactions are held up and undone, nothing is missed and nothing comes twice; by the greatest id seen much is missed", async () => {
  const { api, accountId } = await world.tenant();
  const each = 60;
  let writing = 16;
  let undone = 0;
  const writer = async () => {
    const client = new pg.Client(world.connection);
    await client.connect();
    for (let n = 0; n < each; n++) {
      const id = world.server.deps.ids.make("event");
      const fails = randomInt(10) === 0;
      await client.query("begin");
      await client.query(
        `insert into events (account_id, id, metered, created_at, epoch, type, source, trigger, trace, auth, subject, data)
          values ($1::text, $2::text, false, $3, 1, 'user.created', 'core', 't', 't', '{"type": "system"}',
            jsonb_build_object('type', 'user', 'id', 'usr_1', 'account_id', $1::text), '{}')`,
        [accountId, id, timeOfId(id)],
      );
      // Three in ten are held up, as by a lock or by a slow disk.
      if (randomInt(10) < 3) await client.query("select pg_sleep($1)", [randomInt(8) / 1000]);
      await client.query(fails ? "rollback" : "commit");
      undone += Number(fails);
    }
    await client.end();
    writing -= 1;
  };

  const naive: string[] = [];
  const readByGreatestId = async () => {
    for (let last = false; !last; ) {
      last = writing === 0;
      const rows = await world.sql<{ id: string }>(
        "select id from events where account_id = $1 and type = 'user.created' and id > $2 order by id limit 100",
        [accountId, naive.at(-1) ?? ""],
      );
      naive.push(...rows.map(({ id }) => id));
      last &&= rows.length === 0;
    }
  };
  const reader = newReader(api, "&event_types=user.created", 100);
  await Promise.all([
    ...Array.from({ length: 16 }, writer),
    readByGreatestId(),
    reader.until(() => writing === 0 && reader.seen.length >= 16 * each - undone),
  ]);

  const all = await committed(accountId);
  expect(undone).toBeGreaterThan(0);
  expect(all).toHaveLength(16 * each - undone);
  expect(reader.seen.toSorted()).toEqual(all);
  expect(await reader.poll()).toEqual({ page: [], more: false });
  // The proof that this run was a hard one.
  expect(naive.length).toBeLessThan(all.length);
});

test("a page looks at so many events at most, goes on behind them, and finds what is far between", async () => {
  const { api, accountId } = await world.tenant();
  const start = Date.parse("2024-01-01T00:00:00Z");
  const keys = Array.from({ length: 25_000 }, (_, n) => ({
    at: start + n,
    key_id: n === 23_000 ? "key_rare" : "key_x",
  }));
  const ids = await recordEvents(world, accountId, keys);
  const reader = newReader(api, `&key_id=key_rare&after=${start}`, 10);
  await reader.until(() => reader.seen.length === 1);
  expect(reader.seen).toEqual([ids[23_000]]);
  const pages = [];
  const again = newReader(api, `&key_id=key_rare&after=${start}`, 10);
  for (let more = true; more; ) {
    const page = await again.poll();
    pages.push(page.page.length);
    more = page.more;
  }
  expect(pages).toEqual([0, 0, 1]);
  const byUser = newReader(api, "&user_id=usr_none");
  expect(await byUser.poll()).toEqual({ page: [], more: false });
});

test("the horizon's lag tells of a transaction that has written and does not end", async () => {
  const client = new pg.Client(world.connection);
  await client.connect();
  onTestFinished(() => client.end());
  await client.query("begin; select pg_current_xact_id()");
  await newPlace(world);
  const open = await horizonLag(world.server.database);
  expect(open.transactions).toBeGreaterThan(2);
  expect(open.seconds).toBeGreaterThan(0);
  await client.query("commit");
});
