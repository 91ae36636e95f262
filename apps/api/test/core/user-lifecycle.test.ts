import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, eventsOf, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();
const DAY = 86_400_000;

const newSubject = async (more: object = {}) => {
  const place = await newPlace(world);
  const user = await newUser(place, "ada", more);
  const users = `${place.issuer}/users`;
  return { ...place, user, users, path: `${users}/${user.id}` };
};

const outcomes: [from: string, action: string, status: number, then: string, event?: string][] = [
  ["active", "block", 200, "blocked", "user.blocked"],
  ["active", "unblock", 200, "active"],
  ["active", "suspend", 200, "suspended", "user.suspended"],
  ["active", "reactivate", 200, "active"],
  ["active", "restore", 200, "active"],
  ["suspended", "block", 200, "blocked", "user.blocked"],
  ["suspended", "unblock", 409, "suspended"],
  ["suspended", "suspend", 200, "suspended"],
  ["suspended", "reactivate", 200, "active", "user.reactivated"],
  ["disabled", "block", 200, "blocked", "user.blocked"],
  ["disabled", "suspend", 200, "suspended", "user.suspended"],
  ["disabled", "unblock", 409, "disabled"],
  ["disabled", "reactivate", 200, "active", "user.reactivated"],
  ["blocked", "block", 200, "blocked"],
  ["blocked", "unblock", 200, "active", "user.unblocked"],
  ["blocked", "suspend", 409, "blocked"],
  ["blocked", "reactivate", 409, "blocked"],
  ["pending_approval", "block", 200, "blocked", "user.blocked"],
  ["pending_approval", "unblock", 409, "pending_approval"],
  ["pending_approval", "suspend", 409, "pending_approval"],
  ["pending_approval", "reactivate", 409, "pending_approval"],
  ["deleted", "block", 404, "deleted"],
  ["deleted", "reactivate", 404, "deleted"],
];

test.each(outcomes)("of a user who is %s, %s answers %i: then it is %s", async (from, action, status, then, event) => {
  const { api, path, user } = await newSubject();
  await world.sql("update users set status = $2 where id = $1", [user.id, from]);
  const events = await eventsBy(api, async () => {
    const answer = await api.post(`${path}/${action}`, { status_reason: "because", status_by: "Ada" });
    expect(answer.status, answer.text).toBe(status);
  });
  const after = good(await api.get(`${path}?status=deleted`));
  expect(after.status).toBe(then);
  expect(after.status_reason).toBe(event ? "because" : null);
  expect(events.map(({ type }) => type)).toEqual(event ? [event] : []);
  expect(events[0]?.data.previous).toEqual(
    event && { status: from, status_at: null, status_reason: null, status_by: null },
  );
});

const patches: [from: string, to: string, status: number, event?: string][] = [
  ["active", "disabled", 200, "user.updated"],
  ["active", "blocked", 200, "user.blocked"],
  ["active", "suspended", 200, "user.suspended"],
  ["suspended", "active", 200, "user.reactivated"],
  ["disabled", "active", 200, "user.reactivated"],
  ["blocked", "active", 200, "user.unblocked"],
  ["blocked", "suspended", 409],
  ["blocked", "disabled", 409],
  ["pending_approval", "active", 409],
  ["active", "active", 200],
];

test.each(patches)(
  "a PATCH from %s to %s answers %i and emits what the action does",
  async (from, to, status, event) => {
    const { api, path, user } = await newSubject();
    await world.sql("update users set status = $2 where id = $1", [user.id, from]);
    const events = await eventsBy(api, async () => {
      expect((await api.patch(path, { status: to, status_reason: "because" })).status).toBe(status);
    });
    expect(events.map(({ type }) => type)).toEqual(event ? [event] : []);
  },
);

test("nobody is deleted, or put before an approval, by a PATCH", async () => {
  const { api, path } = await newSubject();
  for (const status of ["deleted", "pending_approval"]) expectRefusal(await api.patch(path, { status }), 400, "status");
});

test("a deleted user is 404, and shown where deleted ones are asked for", async () => {
  const { api, users, path, user } = await newSubject();
  const other = good(await api.post(users, { username_type: "unique-name", username: "bob" }));
  expect((await api.delete(path)).status).toBe(204);
  const gone = [
    await api.get(path),
    await api.patch(path, { scopes: ["a"] }),
    await api.get(`${path}/memberships`),
    await api.delete(path),
  ];
  expect(gone.map(({ status }) => status)).toEqual([404, 404, 404, 404]);
  expect(await idsOf(api, users)).toEqual([other.id]);
  expect(await idsOf(api, `${users}?status=deleted`)).toEqual([user.id]);
  expect(await idsOf(api, `${users}?username=ada`)).toEqual([]);
  expect(good(await api.get(`${path}?status=deleted`))).toMatchObject({ id: user.id, status: "deleted" });
  const [event] = await eventsOf(api, `user_id=${user.id}&event_types=user.deleted`);
  expect(event?.data.resource).toEqual(user);
});

test("a deleted user's name stays taken", async () => {
  const { api, users, path } = await newSubject();
  good(await api.delete(path));
  expectRefusal(await api.post(users, { username_type: "unique-name", username: "ADA" }), 409);
  const { id } = good(await api.post(users, { username_type: "unique-name", username: "bob" }));
  expectRefusal(await api.patch(`${users}/${id}`, { username: "ada" }), 409);
});

test.each(["active", "suspended", "blocked", "disabled"])(
  "restoring within 30 days brings a user back who was %s",
  async (status) => {
    const { api, path } = await newSubject();
    good(await api.patch(path, { status }));
    const before = good(await api.get(path));
    good(await api.delete(path));
    world.server.clock.advance(30 * DAY - 10_000);
    const events = await eventsBy(api, async () => {
      const restored = good(await api.post(`${path}/restore`, { status_reason: "a mistake" }));
      const { status_at: _, status_reason: __, status_by: ___, updated_at: ____, ...same } = before;
      expect(restored).toMatchObject({ ...same, status_reason: "a mistake" });
    });
    expect(events).toMatchObject([{ type: "user.reactivated", data: { previous: { status: "deleted" } } }]);
    expect(good(await api.get(path)).status).toBe(status);
  },
);

test("after 30 days a deleted user cannot be restored", async () => {
  const { api, path } = await newSubject();
  good(await api.delete(path));
  world.server.clock.advance(30 * DAY + 1000);
  expect((await api.post(`${path}/restore`)).status).toBe(404);
});

test("memberships name the organizations, newest first, but for those that are deleted", async () => {
  const { api, issuer, organization, path, user } = await newSubject();
  const join = async (at: string) => good(await api.post(`${at}/members`, { member_id: user.id, scopes: ["a"] }));
  const first = await join(organization);
  const initech = good(await api.post(`${issuer}/organizations`, { name: "Initech" }));
  world.server.clock.advance(10);
  const second = await join(`${issuer}/organizations/${initech.id}`);
  const { data, has_more, next_cursor } = (await api.get(`${path}/memberships`)).body;
  expect(data).toEqual([
    { ...second, org_name: "Initech" },
    { ...first, org_name: "Globex" },
  ]);
  expect([has_more, next_cursor]).toEqual([false, null]);
  const { body: newest } = await api.get(`${path}/memberships?limit=1`);
  const { body: rest } = await api.get(`${path}/memberships?limit=1&cursor=${newest.next_cursor}`);
  expect([...newest.data, ...rest.data, newest.has_more, rest.has_more]).toEqual([...data, true, false]);
  good(await api.delete(organization));
  good(await api.patch(`${issuer}/organizations/${initech.id}`, { status: "suspended" }));
  expect(await idsOf(api, `${path}/memberships`)).toEqual([user.id]);
  expectRefusal(await api.get(`${path}/memberships?cursor=x`), 400, "cursor");
});
