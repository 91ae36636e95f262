import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser, type Place } from "./support.ts";

const world = await createWorld();

const newScene = async (more: { issuer?: object; organization?: object } = {}) => {
  const place = await newPlace(world, more);
  const path = `${place.organization}/members`;
  const user = await newUser(place, "ada");
  const add = (member_id: string, scopes?: unknown, body: object = {}) =>
    place.api.post(path, { member_id, ...(scopes !== undefined && { scopes }), ...body });
  const join = async (name: string, scopes: string[] = ["a"], body: object = {}) =>
    good(await add((await newUser(place, name)).id, scopes, body));
  return { ...place, path, user, add, join };
};

test("a member has every field, and its scopes with where they come from", async () => {
  const { add, user, api, path, accountId, issuerId, orgId } = await newScene();
  const member = good(await add(user.id, ["invoices:read", "owner"], { user_title: "CFO", metadata: { a: "b" } }));
  const sources = [{ type: "member", group_id: null }];
  expect(member).toEqual({
    ...{ id: user.id, account_id: accountId, issuer_id: issuerId, org_id: orgId },
    ...{ member_id: user.id, member_type: "user", scopes: ["invoices:read", "owner"], groups: [] },
    effective_scopes: [
      { scope: "invoices:read", sources },
      { scope: "owner", sources },
    ],
    ...{ user_title: "CFO", metadata: { a: "b" }, joined_at: member.created_at },
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
    ...{ created_at: expect.any(Number), updated_at: member.created_at },
  });
  expect(good(await api.get(`${path}/${user.id}`))).toEqual(member);
});

test("a member needs a scope or a group, to begin with and for ever", async () => {
  const { add, user, api, path } = await newScene();
  for (const scopes of [undefined, null, []]) expectRefusal(await add(user.id, scopes), 400, "scopes");
  expectRefusal(await add(user.id, undefined, { groups: [] }), 400, "scopes");
  expectRefusal(await add(user.id, ["a"], { groups: ["grp_none"] }), 400, "groups.0");
  good(await add(user.id, ["a"]));
  for (const scopes of [null, []]) expectRefusal(await api.patch(`${path}/${user.id}`, { scopes }), 400, "scopes");
  expect(good(await api.patch(`${path}/${user.id}`, { scopes: ["b"] })).effective_scopes).toHaveLength(1);
});

test("only users of this issuer become members, and each of them once", async () => {
  const { add, user, api, issuer } = await newScene();
  const other = await newScene();
  const here = good(await api.post("issuers", { name: "another" }));
  const stranger = await newUser({ ...other, api, issuer: `issuers/${here.id}` } as Place, "eve");
  const deleted = good(await api.post(`${issuer}/users`, { username_type: "unique-name", username: "gone" }));
  good(await api.delete(`${issuer}/users/${deleted.id}`));
  for (const id of ["usr_none", "agt_none", "ada", stranger.id, other.user.id, deleted.id])
    expectRefusal(await add(id, ["a"]), 400, "member_id");
  good(await add(user.id, ["a"]));
  expectRefusal(await add(user.id, ["b"]), 409);
});

test("of 20 additions at once, no more than max_members come in", async () => {
  const scene = await newScene({ organization: { max_members: 7 } });
  const users = await Promise.all(Array.from({ length: 20 }, (_, n) => newUser(scene, `user-${n}`)));
  const events = await eventsBy(scene.api, async () => {
    const answers = await Promise.all(users.map(({ id }) => scene.add(id, ["a"])));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(7).fill(201), ...Array(13).fill(409)]);
  });
  expect(events).toHaveLength(7);
  expect(good(await scene.api.get(scene.organization)).stats.n_members).toBe(7);
  const [leaving] = await idsOf(scene.api, scene.path);
  good(await scene.api.delete(`${scene.path}/${leaving}`));
  good(await scene.add(scene.user.id, ["a"]));
});

test("max_members below the number of members lets nobody in and puts nobody out", async () => {
  const { join, api, organization, path, add, user } = await newScene();
  await join("bob");
  await join("carol");
  good(await api.patch(organization, { max_members: 1 }));
  expect(await idsOf(api, path)).toHaveLength(2);
  expectRefusal(await add(user.id, ["a"]), 409);
  good(await api.patch(organization, { max_members: null }));
  good(await add(user.id, ["a"]));
});

test("a member is suspended and comes back by PATCH, each time with one event", async () => {
  const { add, user, api, path } = await newScene();
  const member = good(await add(user.id, ["a"]));
  const events = await eventsBy(api, async () => {
    const told = { status_reason: "on leave", status_by: "HR" };
    const suspended = good(await api.patch(`${path}/${user.id}`, { status: "suspended", ...told }));
    expect(suspended).toMatchObject({ status: "suspended", ...told, scopes: ["a"] });
    expect(good(await api.patch(`${path}/${user.id}`, { status: "suspended" }))).toEqual(suspended);
    expect(good(await api.patch(`${path}/${user.id}`, { status: "active" })).status).toBe("active");
  });
  const type = "organization.membership.updated";
  expect(events).toMatchObject([
    { type, data: { previous: { status: "suspended" } } },
    { type, data: { resource: { ...member, updated_at: expect.any(Number), ...suspension }, previous: noStatus } },
  ]);
});
const noStatus = { status: "active", status_at: null, status_reason: null, status_by: null };
const suspension = {
  ...{ status: "suspended", status_at: expect.any(Number), status_reason: "on leave", status_by: "HR" },
};

test("a member leaves with an event that tells who it was, and may come back", async () => {
  const { add, user, api, path, orgId } = await newScene();
  const member = good(await add(user.id, ["a"]));
  const [event] = await eventsBy(api, () => api.delete(`${path}/${user.id}`));
  expect(event).toMatchObject({ type: "organization.membership.deleted", data: { resource: member } });
  expect(event?.subject).toMatchObject({ user_id: user.id, org_id: orgId });
  expect((await api.get(`${path}/${user.id}`)).status).toBe(404);
  expect((await api.delete(`${path}/${user.id}`)).status).toBe(404);
  expect(good(await add(user.id, ["b"])).scopes).toEqual(["b"]);
});

test("a member's scopes come of both catalogues", async () => {
  const { add, user, api, path } = await newScene({
    issuer: { available_scopes: ["invoices:*", "users:read"] },
    organization: { scopes: ["invoices:read", "reports:read"] },
  });
  for (const scope of ["invoices:write", "users:read", "reports:read", "*:**"])
    expectRefusal(await add(user.id, ["invoices:read", scope]), 400, "scopes");
  good(await add(user.id, ["invoices:read"]));
  expectRefusal(await api.patch(`${path}/${user.id}`, { scopes: ["users:read"] }), 400, "scopes");
});

test("a deleted user is a member no more", async () => {
  const { add, user, api, path, issuer } = await newScene();
  good(await add(user.id, ["a"]));
  good(await api.delete(`${issuer}/users/${user.id}`));
  expect(await idsOf(api, path)).toEqual([]);
  for (const answer of [await api.get(`${path}/${user.id}`), await api.delete(`${path}/${user.id}`)])
    expect(answer.status).toBe(404);
  expect((await api.patch(`${path}/${user.id}`, { scopes: ["b"] })).status).toBe(404);
});

test("members are filtered by status, by a scope that they hold and by their kind", async () => {
  const { join, api, path } = await newScene();
  const bob = await join("bob", ["invoices:read", "a"]);
  const carol = await join("carol", ["invoices:*"]);
  const dave = await join("dave", ["b"], { status: "suspended", status_reason: "not yet" });
  const filters: [query: string, members: { id: string }[]][] = [
    ["", [dave, carol, bob]],
    ["status=suspended", [dave]],
    ["status=active", [carol, bob]],
    ["scope=invoices:read", [bob]],
    ["scope=a&status=active", [bob]],
    ["scope=none", []],
    ["member_type=user", [dave, carol, bob]],
    ["member_type=agent", []],
  ];
  for (const [query, members] of filters)
    expect(await idsOf(api, `${path}?${query}`), query).toEqual(members.map(({ id }) => id));
});
