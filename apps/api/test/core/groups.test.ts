import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();

const newScene = async (more: { issuer?: object; organization?: object } = {}) => {
  const place = await newPlace(world, more);
  const { api } = place;
  const members = `${place.organization}/members`;
  const groups = `${place.organization}/groups`;
  const newGroup = async (name: string, scopes: string[] = []) => good(await api.post(groups, { name, scopes }));
  const join = async (name: string, body: object = { scopes: ["a"] }) =>
    good(await api.post(members, { member_id: (await newUser(place, name)).id, ...body }));
  const put = (group: string, member: string) => api.send("PUT", `${groups}/${group}/members/${member}`);
  return { ...place, members, groups, newGroup, join, put };
};

test("a member's effective scopes are its own and its groups', each once, with everywhere that it comes from", async () => {
  const { api, newGroup, join, members, issuer } = await newScene();
  const one = await newGroup("one", ["a", "b"]);
  const two = await newGroup("two", ["b"]);
  const member = await join("ada", { scopes: ["a"], groups: [two.id, one.id] });
  expect(member.groups).toEqual([one.id, two.id]);
  expect(member.effective_scopes).toEqual([
    {
      scope: "a",
      sources: [
        { type: "member", group_id: null },
        { type: "group", group_id: one.id },
      ],
    },
    { scope: "b", sources: [one, two].map(({ id }) => ({ type: "group", group_id: id })) },
  ]);
  expect(good(await api.get(`${members}/${member.id}`))).toEqual(member);
  expect(good(await api.get(members))).toEqual([member]);
  expect(good(await api.get(`${issuer}/users/${member.id}/memberships`))).toMatchObject([member]);
});

test("groups alone make a member; what is no group of this organization is named by its place", async () => {
  const { api, newGroup, join, members, issuer } = await newScene();
  const group = await newGroup("one", ["b"]);
  const sister = good(await api.post(`${issuer}/organizations`, { name: "Sister" }));
  const strange = good(await api.post(`${issuer}/organizations/${sister.id}/groups`, { name: "one" }));
  const member = await join("ada", { groups: [group.id] });
  const path = `${members}/${member.id}`;
  expectRefusal(await api.patch(path, { groups: [group.id, strange.id, "grp_none"] }), 400, "groups.1", "groups.2");
  for (const groups of [null, []]) expectRefusal(await api.patch(path, { groups }), 400, "scopes");
  expect(good(await api.patch(path, { scopes: ["c"], groups: null }))).toMatchObject({ scopes: ["c"], groups: [] });
});

test("a PATCH of a member's groups is one event of the membership, and one that changes none is none", async () => {
  const { api, newGroup, join, members } = await newScene();
  const [one, two] = [await newGroup("one", ["x"]), await newGroup("two", ["y"])];
  const member = await join("ada", { scopes: ["a"], groups: [one.id] });
  const events = await eventsBy(api, async () => {
    expect(good(await api.patch(`${members}/${member.id}`, { groups: [two.id] })).groups).toEqual([two.id]);
    good(await api.patch(`${members}/${member.id}`, { groups: [two.id] }));
  });
  expect(events).toMatchObject([
    {
      type: "organization.membership.updated",
      data: { resource: { groups: [two.id] }, previous: { groups: [one.id] } },
    },
  ]);
});

test("a member is put into a group once, however often, and taken out once", async () => {
  const { api, newGroup, join, groups, put, members } = await newScene();
  const group = await newGroup("one", ["x"]);
  const member = await join("ada");
  const events = await eventsBy(api, async () => {
    const entered = good(await put(group.id, member.id));
    expect(good(await put(group.id, member.id))).toEqual(entered);
    expect(good(await api.get(`${groups}/${group.id}/members`))).toEqual([entered]);
    expect(good(await api.get(`${groups}/${group.id}`)).n_members).toBe(1);
    expect((await api.delete(`${groups}/${group.id}/members/${member.id}`)).status).toBe(204);
    expect((await api.delete(`${groups}/${group.id}/members/${member.id}`)).status).toBe(404);
  });
  const types = events.map(({ type }) => type);
  expect(types).toEqual(["organization.group.member-removed", "organization.group.member-added"]);
  expect(events[0]?.data.resource).toMatchObject({ group_id: group.id, member_id: member.id });
  expect(good(await api.get(`${members}/${member.id}`)).groups).toEqual([]);
});

test("only a member of the organization comes into a group of it", async () => {
  const place = await newScene();
  const group = await place.newGroup("one");
  const user = await newUser(place, "eve");
  for (const id of [user.id, "usr_none"]) expectRefusal(await place.put(group.id, id), 404);
  expectRefusal(await place.put("grp_none", (await place.join("ada")).id), 404);
  expectRefusal(await place.api.get(`${place.groups}/grp_none/members`), 404);
});

test("ten puts at once make one entry and one event", async () => {
  const { api, newGroup, join, groups, put } = await newScene();
  const group = await newGroup("one");
  const member = await join("ada");
  const events = await eventsBy(api, async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(group.id, member.id)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
  });
  expect(events).toHaveLength(1);
  expect(await idsOf(api, `${groups}/${group.id}/members`)).toEqual([member.id]);
});

test("a changed or deleted group changes what its members may at once, and a member who leaves is in none", async () => {
  const { api, newGroup, join, groups, members } = await newScene();
  const [one, two] = [await newGroup("one", ["x"]), await newGroup("two", ["y"])];
  const member = await join("ada", { scopes: ["a"], groups: [one.id, two.id] });
  const held = async () =>
    good(await api.get(`${members}/${member.id}`)).effective_scopes.map(({ scope }: { scope: string }) => scope);
  good(await api.patch(`${groups}/${one.id}`, { scopes: ["z"] }));
  expect(await held()).toEqual(["a", "z", "y"]);
  const [event] = await eventsBy(api, () => api.delete(`${groups}/${one.id}`));
  expect(event).toMatchObject({ type: "organization.group.deleted", data: { resource: { n_members: 1 } } });
  expect(await held()).toEqual(["a", "y"]);
  good(await api.delete(`${members}/${member.id}`));
  expect(await idsOf(api, `${groups}/${two.id}/members`)).toEqual([]);
});

test("the scope filter of members counts what their groups give", async () => {
  const { api, newGroup, join, members } = await newScene();
  const group = await newGroup("one", ["x"]);
  const own = await join("ada", { scopes: ["x"] });
  const given = await join("bob", { groups: [group.id] });
  await join("carol");
  expect(await idsOf(api, `${members}?scope=x`)).toEqual([given.id, own.id]);
});

test("a group's name is its own in the organization, also by PATCH", async () => {
  const { api, newGroup, groups } = await newScene();
  await newGroup("one");
  const two = await newGroup("two");
  expectRefusal(await api.post(groups, { name: "one" }), 409);
  expectRefusal(await api.patch(`${groups}/${two.id}`, { name: "one" }), 409);
  good(await api.patch(`${groups}/${two.id}`, { name: "two", description: "the second" }));
});

test("a group's scopes come of both catalogues", async () => {
  const { api, newGroup, groups } = await newScene({
    issuer: { available_scopes: ["invoices:*", "users:read"] },
    organization: { scopes: ["invoices:read", "reports:read"] },
  });
  const { id } = await newGroup("one", ["invoices:read"]);
  for (const scope of ["invoices:write", "users:read", "reports:read"]) {
    expectRefusal(await api.post(groups, { name: "two", scopes: [scope] }), 400, "scopes");
    expectRefusal(await api.patch(`${groups}/${id}`, { scopes: [scope] }), 400, "scopes");
  }
});

test("a deleted user is in no group for as long as it stays deleted", async () => {
  const { api, newGroup, join, groups, issuer, put } = await newScene();
  const group = await newGroup("one");
  const member = await join("ada", { groups: [group.id] });
  good(await api.delete(`${issuer}/users/${member.id}`));
  expect(await idsOf(api, `${groups}/${group.id}/members`)).toEqual([]);
  expect(good(await api.get(`${groups}/${group.id}`)).n_members).toBe(0);
  expectRefusal(await put(group.id, member.id), 404);
  good(await api.post(`${issuer}/users/${member.id}/restore`));
  expect(await idsOf(api, `${groups}/${group.id}/members`)).toEqual([member.id]);
});

test("groups of an account's own organization are no ladder", async () => {
  const { api, accountId } = await world.tenant();
  const { organization } = good(await api.get(`/v1/accounts/${accountId}`));
  const root = `issuers/${organization.issuer_id}/organizations/${organization.id}`;
  const actions = ["issuers.organizations.groups:write", "issuers.organizations.groups.members:write"];
  const weak = await world.keyOf(accountId, [...actions, "issuers.organizations.members:write"]);
  const strong = good(await api.post(`${root}/groups`, { name: "strong", scopes: ["*:**"] }));
  const equal = good(await weak.post(`${root}/groups`, { name: "equal", scopes: actions }));
  expectRefusal(await weak.post(`${root}/groups`, { name: "ladder", scopes: ["*:**"] }), 403);
  expectRefusal(await weak.patch(`${root}/groups/${equal.id}`, { scopes: ["issuers:read"] }), 403);
  expectRefusal(await weak.post(`${root}/members`, { member_id: "usr_none", groups: [strong.id] }), 403);
  expectRefusal(await weak.post(`${root}/members`, { member_id: "usr_none", groups: [equal.id] }), 400, "member_id");
});
