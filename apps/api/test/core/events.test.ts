import { beforeAll, expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import {
  eventsBy,
  eventsOf,
  expectRefusal,
  good,
  idsOf,
  newKey,
  newPlace,
  newUser,
  type Place,
  whoami,
} from "./support.ts";

const world = await createWorld();
const { clock } = world.server;
let place: Place;
let ids: Record<"user" | "client" | "key", string>;

beforeAll(async () => {
  place = await newPlace(world);
  const { api, issuer, organization } = place;
  /** In a later millisecond than the one before. */
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    clock.advance(10);
    return work();
  };
  const client = { name: "web", type: "internal", confidential: true, settings: {} };
  const { id: clientId } = good(await step(() => api.post(`${issuer}/clients`, client)));
  const { id: userId } = await step(() => newUser(place, "ada"));
  good(await step(() => api.post(`${organization}/members`, { member_id: userId, scopes: ["a"] })));
  const key = await step(() => newKey(api, `${organization}/api-keys`));
  await step(() => whoami(world, key.credential));
  good(await step(() => api.post("issuers", { name: "another" })));
  ids = { user: userId, client: clientId, key: key.id };
});

const everyType = [
  "issuer.created",
  "api-key.verified",
  "api-key.created",
  "organization.membership.created",
  "user.created",
  "client.created",
  "organization.created",
  "issuer.created",
  "api-key.created",
  "account.created",
];
const typesOf = async (query: string) => (await eventsOf(place.api, query)).map(({ type }) => type);

test("events are listed newest first", async () => {
  expect(await typesOf("")).toEqual(everyType);
  const listed = await idsOf(place.api, "events");
  expect(listed).toEqual(listed.toSorted().reverse());
});

test("an event names every party that it concerns, and is found by each", async () => {
  const { issuerId, orgId } = place;
  const membership = "organization.membership.created";
  const ofOrganization = ["api-key.verified", "api-key.created", membership, "organization.created"];
  expect(await typesOf(`issuer_id=${issuerId}`)).toEqual(everyType.slice(1, 8));
  expect(await typesOf(`org_id=${orgId}`)).toEqual(ofOrganization);
  expect(await typesOf(`user_id=${ids.user}`)).toEqual([membership, "user.created"]);
  expect(await typesOf(`client_id=${ids.client}`)).toEqual(["client.created"]);
  expect(await typesOf(`key_id=${ids.key}`)).toEqual(["api-key.verified", "api-key.created"]);
  expect(await typesOf("agent_id=agt_none")).toEqual([]);
  expect(await typesOf(`org_id=${orgId}&user_id=${ids.user}`)).toEqual([membership]);
  expect(await typesOf(`issuer_id=${issuerId}&user_id=usr_none`)).toEqual([]);
});

test("types are taken by name and by family", async () => {
  const count = async (types: string) => (await typesOf(`event_types=${types}`)).length;
  expect(await typesOf("event_types=user.created,client.created")).toEqual(["user.created", "client.created"]);
  expect(await typesOf("event_types=organization.*")).toEqual([
    "organization.membership.created",
    "organization.created",
  ]);
  expect(await typesOf("event_types=organization.membership.*,user.*")).toHaveLength(2);
  expect([await count("api-key.*"), await count("api-key.created"), await count("api-key.verified")]).toEqual([
    3, 2, 1,
  ]);
  expect([await count("user.*,user.created"), await count("webhook.*")]).toEqual([1, 0]);
  expect(await typesOf(`event_types=user.*,api-key.*&org_id=${place.orgId}`)).toEqual(everyType.slice(1, 3));
});

test("a type or a family that does not exist is refused by its name, and the credits that clients know are never there", async () => {
  for (const types of ["user", "*", "user.creat*", "users.*", ".*", "user.created,,client.created", "user.created.*"])
    for (const path of ["events?", "events?order=asc&", "events/aggregate?"])
      expectRefusal(await place.api.get(`${path}event_types=${types}`), 400, "event_types");
  const { body } = await place.api.get("events?event_types=user.created,user.invented");
  expect(body.error_description).toContain('"user.invented"');
  for (const types of ["account.credits.depleted", "account.credits.updated", "account.credits.*"])
    expect(await typesOf(`event_types=${types}`)).toEqual([]);
  expect(await typesOf("event_types=account.*,account.credits.depleted")).toEqual(["account.created"]);
});

test("types page on where they ended", async () => {
  const query = "event_types=api-key.*,issuer.created,organization.*";
  const all = await idsOf(place.api, `events?${query}`);
  const paged: string[] = [];
  let cursor = "";
  do {
    const { body } = await place.api.get(`events?${query}&limit=2${cursor}`);
    paged.push(...body.data.map(({ id }: { id: string }) => id));
    cursor = body.next_cursor && `&cursor=${body.next_cursor}`;
  } while (cursor);
  expect(all.length).toBeGreaterThan(5);
  expect(paged).toEqual(all);
});

test("times are half-open, and may come with a point", async () => {
  const all = await eventsOf(place.api);
  const [from, to] = [all[6]?.timestamp ?? 0, all[3]?.timestamp ?? 0];
  expect(await typesOf(`after=${from}&before=${to}`)).toEqual(everyType.slice(4, 7));
  expect(await typesOf(`after=${to}.0`)).toEqual(everyType.slice(0, 4));
  expect(await typesOf(`after=${to + 1}`)).toEqual(everyType.slice(0, 3));
  expect(await typesOf(`after=${to}&before=${to}`)).toEqual([]);
});

test("one event is found by its id, and nothing else is", async () => {
  for (const event of await eventsOf(place.api)) {
    expect(good(await place.api.get(`events/${event.id}`))).toEqual(event);
  }
  for (const id of ["evt_none", ids.user, place.accountId])
    expect((await place.api.get(`events/${id}`)).status).toBe(404);
});

test("another account's event, and one whose time has passed, are not found", async () => {
  const { api } = await newPlace(world);
  const [foreign] = await eventsOf(api);
  expect((await place.api.get(`events/${foreign?.id}`)).status).toBe(404);
  await world.sql("delete from events where id = $1", [foreign?.id]);
  expect((await api.get(`events/${foreign?.id}`)).status).toBe(404);
});

test("an update tells the old values of what changed, and of nothing else", async () => {
  const { api, issuer } = place;
  const user = await newUser(place, "bob", { profile: { first_name: "Bob" }, metadata: { a: "1" } });
  const path = `${issuer}/users/${user.id}`;
  const patch = { profile: { last_name: "Builder" }, metadata: { a: "1" }, scopes: ["a"] };
  const [event, ...more] = await eventsBy(api, () => api.patch(path, patch));
  expect(more).toEqual([]);
  expect(event?.data).toEqual({
    resource: good(await api.get(path)),
    previous: { profile: user.profile, scopes: [] },
  });
});

test("a deletion tells of the resource as it last was", async () => {
  const { api, issuer, organization } = await newPlace(world);
  const user = good(await api.post(`${issuer}/users`, { username_type: "unique-name", username: "ada" }));
  const client = { name: "web", type: "internal", confidential: true, settings: {} };
  const paths = [
    `${issuer}/clients/${good(await api.post(`${issuer}/clients`, client)).id}`,
    `${organization}/members/${good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] })).id}`,
    `${organization}/api-keys/${(await newKey(api, `${organization}/api-keys`)).id}`,
    `${issuer}/users/${user.id}`,
    organization,
    issuer,
  ];
  for (const path of paths) {
    const last = good(await api.get(path));
    const [event, ...more] = await eventsBy(api, () => api.delete(path));
    expect(event?.type, path).toMatch(/\.deleted$/);
    // Some tell how much went along.
    const { counts: _, ...data }: Record<string, unknown> = event?.data ?? {};
    expect(data).toEqual({ resource: last });
    expect(more, path).toEqual([]);
  }
});

test("a PATCH that changes nothing, and an action in the state already, leave no event and no new ETag", async () => {
  const { api, accountId, issuer, organization } = place;
  const paths = [
    `/v1/accounts/${accountId}`,
    issuer,
    organization,
    `${issuer}/clients/${ids.client}`,
    `${issuer}/users/${ids.user}`,
    `${organization}/members/${ids.user}`,
    `${organization}/api-keys/${ids.key}`,
  ];
  for (const path of paths) {
    const before = await api.get(path);
    const same = Object.keys(good(before)).includes("name") ? { name: good(before).name } : {};
    const events = await eventsBy(api, async () => {
      for (const patch of [{}, { ...same, metadata: null }]) {
        const answer = await api.patch(path, patch);
        expect(answer.headers.get("etag"), answer.text).toBe(before.headers.get("etag"));
      }
    });
    expect(events, path).toEqual([]);
  }
  const events = await eventsBy(api, async () => {
    for (const path of [`${issuer}/clients/${ids.client}/unblock`, `${issuer}/users/${ids.user}/reactivate`])
      good(await api.post(path, { status_reason: "again" }));
  });
  expect(events).toEqual([]);
});

test("a request that is refused leaves no event", async () => {
  const { api, issuer, organization } = place;
  const events = await eventsBy(api, async () => {
    const answers = [
      await api.post(`${issuer}/users`, { username_type: "unique-name", username: "ada" }),
      await api.post(`${organization}/members`, { member_id: ids.user, scopes: ["a"] }),
      await api.patch(issuer, { name: "late" }, { "if-match": '"1"' }),
      await api.post(`${issuer}/users/${ids.user}/restore/none`),
      await api.post(`${organization}/members`, { member_id: "usr_none", scopes: ["a"] }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 412, 404, 400]);
  });
  expect(events).toEqual([]);
});
