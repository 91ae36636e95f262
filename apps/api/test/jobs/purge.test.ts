import { expect, test } from "vitest";
import { belowIssuer, isDeleted, remove } from "../../src/core/issuers/purge.ts";
import { restorableMs } from "../../src/core/users/purge.ts";
import type { Database } from "../../src/db/open.ts";
import type { Tx } from "../../src/db/tx.ts";
import { purge } from "../../src/jobs/purge.ts";
import { good, newKey, newPlace, newUser, type Place, whoami } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { eventsOf, holdingsOf } from "../harness/rows.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const { clock, database } = world.server;
const signal = new AbortController().signal;

/** An organization with members in groups, and a key. */
const populate = async (place: Place) => {
  const { api, organization } = place;
  const users = [await newUser(place, "ada"), await newUser(place, "bob"), await newUser(place, "eve")];
  const group = good(await api.post(`${organization}/groups`, { name: "staff", scopes: ["a"] }));
  for (const { id } of users) {
    good(await api.post(`${organization}/members`, { member_id: id, scopes: ["b"], groups: [group.id] }));
  }
  return { users, key: await newKey(api, `${organization}/api-keys`, ["read"]) };
};
const rowsOf = async (accountId: string): Promise<Record<string, number>> => {
  const holdings = Object.entries(await holdingsOf(world, accountId));
  return Object.fromEntries(holdings.map(([table, { rows }]) => [table, rows]));
};
/** Does what is due, and tells which of it was an account's. */
const jobsOf = async (accountId: string) =>
  (await runJobs(world.server)).filter(({ data }) => data.accountId === accountId);
const told = async (accountId: string, type: string) =>
  (await eventsOf(world, accountId)).filter((event) => event.type === type);

test("an organization's rows go by a job, its history and what is beside it stay", async () => {
  const place = await newPlace(world);
  const { api, accountId, organization } = place;
  const { users, key } = await populate(place);
  const other = good(await api.post(`${place.issuer}/organizations`, { name: "Other" }));
  good(await api.post(`${place.issuer}/organizations/${other.id}/members`, { member_id: users[0].id, scopes: ["c"] }));
  good(
    await api.post("notes", { subject_type: "org", subject_id: place.orgId, issuer_id: place.issuerId, content: "x" }),
  );
  good(await api.delete(`${place.issuer}/users/${users[2].id}`));
  const before = await rowsOf(accountId);

  expect((await api.delete(organization)).status).toBe(204);
  expect((await whoami(world, key.credential)).status).toBe(401);
  expect(await runJobs(world.server)).toContainEqual({
    name: "organizations.purge",
    data: { accountId, issuerId: place.issuerId, orgId: place.orgId },
  });
  const gone = { organizations: 1, members: 3, group_members: 3, groups: 1, api_keys: 1 };
  const left = Object.entries(before).map(([table, rows]) => [
    table,
    rows - ((gone as Record<string, number>)[table] ?? 0),
  ]);
  expect(await rowsOf(accountId)).toEqual({ ...Object.fromEntries(left), events: (before.events ?? 0) + 1 });

  const [event] = await told(accountId, "organization.deleted");
  expect(event?.data).toMatchObject({ resource: { id: place.orgId }, counts: { members: 2, groups: 1, api_keys: 1 } });
  expect((await whoami(world, key.credential)).status).toBe(401);
  expect((await api.get(`api-keys/${key.id}`)).status).toBe(404);
  expect((await api.get(`events?org_id=${place.orgId}`)).body.data.length).toBeGreaterThan(3);
});

test("an issuer takes everything below it along, whatever its size", async () => {
  const place = await newPlace(world);
  const { api, accountId } = place;
  await populate(place);
  const client = { name: "App", type: "internal", confidential: false };
  const settings = { protocol: "oidc", openid: { application_type: "m2m", grant_types: [], redirect_uris: [] } };
  await api.post(`${place.issuer}/clients`, { ...client, settings });
  await world.sql(
    `insert into users (account_id, issuer_id, id, username_type, username, profile, compliance, created_at, updated_at)
     select $1, $2, 'usr_bulk' || n, 'unique-name', 'bulk' || n, '{}', '{}', 1, 1 from generate_series(1, 2500) n`,
    [accountId, place.issuerId],
  );
  const fresh = await rowsOf((await world.tenant()).accountId);
  good(await api.delete(place.issuer));
  const [event] = await told(accountId, "issuer.deleted");
  expect(event?.data.counts).toMatchObject({ organizations: 1, users: 2503, auth_methods: 2 });

  expect((await runJobs(world.server)).filter(({ error }) => error)).toEqual([]);
  const { events: _, ...left } = await rowsOf(accountId);
  const { events: __, ...bare } = fresh;
  expect(left).toEqual(bare);
  expect((await api.get(place.issuer)).status).toBe(404);
});

test("what is not deleted is not purged, whatever a job says", async () => {
  const place = await newPlace(world);
  await populate(place);
  const { accountId, issuerId, orgId } = place;
  const before = await holdingsOf(world, accountId);
  await database.transaction(accountId, async (tx) => {
    await tx.enqueue("organizations.purge", { data: { accountId, issuerId, orgId } });
    await tx.enqueue("issuers.purge", { data: { accountId, issuerId } });
  });
  expect(await runJobs(world.server)).toHaveLength(2);
  expect(await holdingsOf(world, accountId)).toEqual(before);
});

/** The same database, where the process dies in its n-th transaction: before that commits, or right behind it. */
const dyingIn = (n: number, committed: boolean): Database => {
  let count = 0;
  const transaction: Database["transaction"] = async (accountId, work) => {
    count++;
    const dies = count === n;
    const answer = await database.transaction(accountId, async (tx) => {
      const done = await work(tx);
      if (dies && !committed) throw new Error("killed");
      return done;
    });
    if (dies) throw new Error("killed");
    return answer;
  };
  return { ...database, transaction };
};

test("a purge that breaks off between any two steps goes on where it was, and ends the same", async () => {
  const bare = await rowsOf((await world.tenant()).accountId);
  let steps = 0;
  for (let killed = true; killed; steps++) {
    const place = await newPlace(world);
    await populate(place);
    const { accountId } = place;
    good(await place.api.delete(place.issuer));
    let asked = false;
    const again = async () => {
      asked = true;
    };
    const work = {
      accountId,
      isDeleted: (tx: Tx) => isDeleted(tx, place),
      below: belowIssuer(place),
      remove: (tx: Tx) => remove(tx, place),
      again,
    };
    // A job that has done enough puts in another: here it follows at once.
    const finish = async (on: Database): Promise<void> => {
      do {
        asked = false;
        await purge(work, { database: on, signal }, { rows: 2, batches: 2 });
      } while (asked);
    };
    const dying = dyingIn(steps + 1, steps % 2 === 0);
    killed = await finish(dying).then(
      () => false,
      () => true,
    );
    await finish(database);
    expect({ ...(await rowsOf(accountId)), events: bare.events }, `killed in step ${steps + 1}`).toEqual(bare);
    await finish(database);
  }
  expect(steps).toBeGreaterThan(15);
});

test("a deleted user is kept for 30 days, restored or not, and then all of it goes and the name is free", async () => {
  const place = await newPlace(world, { organization: { max_members: 3 } });
  const { api, accountId, issuer, organization } = place;
  const { users } = await populate(place);
  const [ada, bob] = users.map(({ id }: { id: string }) => id);
  const start = { username_type: "unique-name", username: "ada" };

  good(await api.delete(`${issuer}/users/${ada}`));
  expect((await told(accountId, "user.deleted"))[0]?.data.counts).toEqual({ memberships: 1, sessions: 0, tokens: 0 });
  // It is no member while it is deleted: its place can be taken.
  expect((await api.get(organization)).body.data.stats.n_members).toBe(2);
  good(await api.delete(`${issuer}/users/${bob}`));
  clock.advance(restorableMs / 2);
  good(await api.post(`${issuer}/users/${bob}/restore`));
  expect((await api.get(`${organization}/members/${bob}`)).body.data.groups).toHaveLength(1);
  good(await api.delete(`${issuer}/users/${bob}`));
  expect(await jobsOf(accountId)).toEqual([]);
  expect((await api.post(`${issuer}/users`, start)).status).toBe(409);

  clock.advance(restorableMs / 2 + 60_000);
  expect((await api.post(`${issuer}/users/${ada}/restore`)).status).toBe(404);
  // Both jobs of the first deletions are due; the second one's user has been deleted anew since.
  expect(await jobsOf(accountId)).toHaveLength(2);
  expect(await world.sql("select id from users where id = any ($1)", [[ada, bob]])).toEqual([{ id: bob }]);
  const memberships = "select member_id from members where member_id = $1";
  expect(await world.sql(memberships, [ada])).toEqual([]);
  expect(await world.sql(memberships, [bob])).toHaveLength(1);
  expect((await api.post(`${issuer}/users`, start)).status).toBe(201);
  expect((await api.get(`${issuer}/users/${ada}?status=deleted`)).status).toBe(404);

  clock.advance(restorableMs / 2);
  expect(await jobsOf(accountId)).toHaveLength(1);
  expect(await world.sql("select id from users where id = $1", [bob])).toEqual([]);
});
