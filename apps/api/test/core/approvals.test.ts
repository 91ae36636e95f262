import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();

const newScene = async () => {
  const place = await newPlace(world);
  const approvals = `${place.issuer}/approvals`;
  const newWaiting = (name: string) => newUser(place, name, { status: "pending_approval" });
  return { ...place, approvals, newWaiting, users: `${place.issuer}/users` };
};
const pending = { status: "pending", reason: null, decided_at: null, decided_by: null };

test("a user can be made to wait for approval, and is listed as users are, the oldest first", async () => {
  const place = await newScene();
  const { api, approvals, newWaiting, users } = place;
  await newUser(place, "active");
  const [one, two, three] = [await newWaiting("one"), await newWaiting("two"), await newWaiting("three")];
  expect(one).toMatchObject({ status: "pending_approval", approval: pending });
  expect(good(await api.get(approvals))).toEqual(good(await api.get(`${users}?status=pending_approval`)).reverse());
  const first = await api.get(`${approvals}?limit=2`);
  expect(first.body).toMatchObject({ data: [{ id: one.id }, { id: two.id }], has_more: true });
  const four = await newWaiting("four");
  const { next_cursor } = first.body;
  expect(await idsOf(api, `${approvals}?limit=2&cursor=${next_cursor}`)).toEqual([three.id, four.id]);
});

test("making a user who waits is one event, with the status in it", async () => {
  const { api, newWaiting } = await newScene();
  const events = await eventsBy(api, () => newWaiting("one"));
  expect(events).toMatchObject([
    { type: "user.created", data: { resource: { status: "pending_approval", approval: pending } } },
  ]);
});

test.each([
  ["approved", "active"],
  ["rejected", "blocked"],
])("%s makes the user %s, says why and who, and stands", async (status, userStatus) => {
  const { api, key, approvals, newWaiting, users } = await newScene();
  const { id } = await newWaiting("one");
  const path = `${approvals}/${id}`;
  const events = await eventsBy(api, async () => {
    const user = good(await api.patch(path, { status, reason: "As agreed" }));
    expect(user).toMatchObject({ id, status: userStatus, status_reason: "As agreed", status_by: key.id });
    expect(user.approval).toMatchObject({ status, reason: "As agreed", decided_by: key.id });
    expect(user.approval.decided_at).toBe(user.status_at);
    expect(good(await api.patch(path, { status }))).toEqual(user);
    expect(good(await api.get(path))).toEqual(user);
    expect(good(await api.get(`${users}/${id}`))).toEqual(user);
  });
  expect(events).toMatchObject([
    {
      type: `user.approval.${status}`,
      subject: { user_id: id },
      data: { resource: { status: userStatus }, previous: { status: "pending_approval", approval: pending } },
    },
  ]);
  expect(await idsOf(api, approvals)).toEqual([]);
  expectRefusal(await api.patch(path, { status: status === "approved" ? "rejected" : "approved" }), 409);
});

test("the reason of a decision can be changed, and nothing else of it", async () => {
  const { api, approvals, newWaiting } = await newScene();
  const path = `${approvals}/${(await newWaiting("one")).id}`;
  expectRefusal(await api.patch(path, { reason: "why" }), 400, "status");
  const { approval } = good(await api.patch(path, { status: "approved" }));
  const [event] = await eventsBy(api, async () => {
    const user = good(await api.patch(path, { status: "approved", reason: "why" }));
    expect(user.approval).toEqual({ ...approval, reason: "why" });
  });
  expect(event).toMatchObject({ type: "user.updated", data: { previous: { approval } } });
});

test("who does not wait is not decided upon, and who never did is not shown", async () => {
  const place = await newScene();
  const { api, approvals, users, newWaiting } = place;
  const active = await newUser(place, "active");
  for (const body of [{ status: "approved" }, { status: "rejected" }, {}]) {
    expectRefusal(await api.patch(`${approvals}/${active.id}`, body), 409);
  }
  expectRefusal(await api.get(`${approvals}/${active.id}`), 404);
  const blocked = await newWaiting("blocked");
  good(await api.post(`${users}/${blocked.id}/block`));
  expectRefusal(await api.patch(`${approvals}/${blocked.id}`, { status: "approved" }), 409);
  const deleted = await newWaiting("deleted");
  good(await api.delete(`${users}/${deleted.id}`));
  expectRefusal(await api.patch(`${approvals}/${deleted.id}`, { status: "approved" }), 404);
  expect(await idsOf(api, approvals)).toEqual([]);
});

test("of ten decisions at once one is taken", async () => {
  const { api, approvals, newWaiting } = await newScene();
  const path = `${approvals}/${(await newWaiting("one")).id}`;
  const events = await eventsBy(api, () =>
    Promise.all(
      ["approved", "rejected"].flatMap((status) => Array(5).fill(status)).map((status) => api.patch(path, { status })),
    ),
  );
  expect(events).toHaveLength(1);
  const { status } = good(await api.get(path)).approval;
  expect(events[0]?.type).toBe(`user.approval.${status}`);
});

test("a waiting user is not made active past the decision", async () => {
  const { api, users, newWaiting } = await newScene();
  const { id } = await newWaiting("one");
  expectRefusal(await api.patch(`${users}/${id}`, { status: "active" }), 409);
  expectRefusal(await api.post(`${users}/${id}/reactivate`), 409);
  expectRefusal(await api.patch(`${users}/${id}`, { status: "pending_approval" }), 400, "status");
});
