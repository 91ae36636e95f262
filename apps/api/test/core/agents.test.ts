import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace } from "./support.ts";

const world = await createWorld();

const newScene = async (more: { issuer?: object; organization?: object } = {}) => {
  const place = await newPlace(world, more);
  const { api } = place;
  const agents = `${place.issuer}/agents`;
  const newAgent = async (body: object = {}) => good(await api.post(agents, { name: "reader", ...body }));
  const verify = async (agent: string, body: object) => good(await api.post(`${agents}/${agent}/verifiers`, body));
  return { ...place, agents, newAgent, verify, members: `${place.organization}/members` };
};

test("a new agent is active, without verifiers, and has every field", async () => {
  const { api, agents, newAgent } = await newScene();
  const agent = await newAgent();
  expect(agent).toMatchObject({ model: null, provider: null, version: null, scopes: [], verifiers: [], metadata: {} });
  expect(agent).toMatchObject({ status: "active", status_at: null, status_reason: null, status_by: null });
  expect(agent.id).toMatch(/^agt_[0-9a-f]{32}$/);
  expect(good(await api.get(`${agents}/${agent.id}`))).toEqual(agent);
});

test("an agent's status is set by its actions, or by a PATCH that does the same", async () => {
  const { api, agents, newAgent } = await newScene();
  expectRefusal(await api.post(agents, { name: "a", status: "suspended" }), 400, "status");
  const { id } = await newAgent();
  expectRefusal(await api.patch(`${agents}/${id}`, { status: "blocked" }), 400, "status");
  const patched = await eventsBy(api, async () => {
    const body = { status: "suspended", status_reason: "odd" };
    const suspended = good(await api.patch(`${agents}/${id}`, body));
    expect(suspended).toMatchObject({ ...body, status_by: expect.any(String), status_at: expect.any(Number) });
    expect(good(await api.patch(`${agents}/${id}`, { status: "suspended" }))).toEqual(suspended);
    expect(good(await api.patch(`${agents}/${id}`, { status: "active", name: "back" }))).toMatchObject({
      name: "back",
    });
  });
  expect(patched.map(({ type }) => type)).toEqual(["agent.reactivated", "agent.suspended"]);
  const events = await eventsBy(api, async () => {
    const suspended = good(await api.post(`${agents}/${id}/suspend`, { status_reason: "odd", status_by: "Grace" }));
    expect(suspended).toMatchObject({ status: "suspended", status_reason: "odd", status_by: "Grace" });
    expect(good(await api.post(`${agents}/${id}/suspend`))).toEqual(suspended);
    expect(good(await api.post(`${agents}/${id}/reactivate`)).status).toBe("active");
  });
  expect(events.map(({ type }) => type)).toEqual(["agent.reactivated", "agent.suspended"]);
  expect(events[1]).toMatchObject({
    subject: { type: "agent", agent_id: id },
    data: { previous: { status: "active" } },
  });
});

test("a blocked agent is not suspended or reactivated", async () => {
  const { api, agents, newAgent } = await newScene();
  const { id } = await newAgent();
  await world.sql("update agents set status = 'blocked' where id = $1", [id]);
  for (const action of ["suspend", "reactivate"]) expectRefusal(await api.post(`${agents}/${id}/${action}`), 409);
  expectRefusal(await api.patch(`${agents}/${id}`, { status: "active" }), 409);
});

test("an agent's scopes come of the issuer's catalogue, where that is not empty", async () => {
  const { api, agents, newAgent } = await newScene({ issuer: { available_scopes: ["invoices:*"] } });
  const { id } = await newAgent({ scopes: ["invoices:read"] });
  expectRefusal(await api.post(agents, { name: "a", scopes: ["users:read"] }), 400, "scopes");
  expectRefusal(await api.patch(`${agents}/${id}`, { scopes: ["users:read"] }), 400, "scopes");
  expect(good(await api.patch(`${agents}/${id}`, { scopes: null, model: "m" }))).toMatchObject({
    scopes: [],
    model: "m",
  });
});

test("agents are filtered by status, model, provider, and by whether they have a verifier", async () => {
  const { api, agents, newAgent, verify } = await newScene();
  const one = await newAgent({ model: "atlas-2", provider: "Example AI" });
  const two = await newAgent({ model: "atlas" });
  good(await api.post(`${agents}/${two.id}/suspend`));
  await verify(two.id, { type: "secret" });
  await verify(two.id, { type: "secret" });
  const found = async (query: string) => await idsOf(api, `${agents}?${query}`);
  expect(await found("model=atlas")).toEqual([two.id]);
  expect(await found("provider=Example%20AI")).toEqual([one.id]);
  expect(await found("status=suspended")).toEqual([two.id]);
  expect(await found("has_verifiers=true")).toEqual([two.id]);
  expect(await found("has_verifiers=false&limit=1.0")).toEqual([one.id]);
  expect(good(await api.get(`${agents}/${two.id}`)).verifiers).toEqual(["secret"]);
});

test("an agent is found by a wallet of its own for as long as it has it, an eip155 address in any case", async () => {
  const { api, agents, newAgent, verify, issuer } = await newScene();
  const [one, two] = [await newAgent(), await newAgent()];
  const address = "0xAb16a96D359eC26a11e2C2b3d8f8B8942d5Bfcdb";
  const { id } = await verify(one.id, { type: "wallet", credential: `eip155:1:${address}` });
  await verify(two.id, {
    type: "wallet",
    credential: "cosmos:cosmoshub-3:cosmos1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0",
  });
  const found = (wallet: string) => idsOf(api, `${agents}?wallet=${encodeURIComponent(wallet)}`);
  expect(await found(`eip155:1:${address.toLowerCase()}`)).toEqual([one.id]);
  expect(await found(`eip155:137:${address}`)).toEqual([]);
  expect(await found("cosmos:cosmoshub-3:cosmos1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0")).toEqual([two.id]);
  expect(await found("cosmos:cosmoshub-3:COSMOS1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0")).toEqual([]);
  expectRefusal(await api.get(`${agents}?wallet=0xab`), 400, "wallet");
  good(await api.delete(`${issuer}/agents/${one.id}/verifiers/${id}`));
  expect(await found(`eip155:1:${address}`)).toEqual([]);
});

test("an agent is a member as a user is, also while it is suspended", async () => {
  const { api, agents, newAgent, members, organization } = await newScene();
  const agent = await newAgent();
  const user = good(
    await api.post(agents.replace("agents", "users"), { username_type: "unique-name", username: "ada" }),
  );
  const group = good(await api.post(`${organization}/groups`, { name: "readers", scopes: ["invoices:read"] }));
  good(await api.post(members, { member_id: user.id, scopes: ["a"] }));
  const [event] = await eventsBy(api, async () => {
    const member = good(await api.post(members, { member_id: agent.id, groups: [group.id] }));
    expect(member).toMatchObject({ id: agent.id, member_type: "agent", scopes: [], groups: [group.id] });
  });
  expect(event).toMatchObject({ type: "organization.membership.created", subject: { agent_id: agent.id } });
  expectRefusal(await api.post(members, { member_id: agent.id, scopes: ["a"] }), 409);
  expect(await idsOf(api, `${members}?member_type=agent`)).toEqual([agent.id]);
  expect(await idsOf(api, `${members}?member_type=user`)).toEqual([user.id]);
  expect(await idsOf(api, `${organization}/groups/${group.id}/members`)).toEqual([agent.id]);
  good(await api.post(`${agents}/${agent.id}/suspend`));
  expect(await idsOf(api, members)).toEqual([agent.id, user.id]);
  expect(good(await api.get(organization)).stats.n_members).toBe(2);
});

test("only an agent of the same issuer becomes a member, and none of the root issuer's", async () => {
  const { api, newAgent, members, accountId } = await newScene();
  const sister = good(await api.post("issuers", { name: "sister" }));
  const strange = good(await api.post(`issuers/${sister.id}/agents`, { name: "strange" }));
  for (const member_id of [strange.id, "agt_none", "agt_"]) {
    expectRefusal(await api.post(members, { member_id, scopes: ["a"] }), 400, "member_id");
  }
  const { organization } = good(await api.get(`/v1/accounts/${accountId}`));
  const root = `issuers/${organization.issuer_id}`;
  const { id } = await newAgent();
  const refused = await api.post(`${root}/organizations/${organization.id}/members`, {
    member_id: id,
    scopes: ["a:b"],
  });
  expectRefusal(refused, 400, "member_id");
  expectRefusal(await api.post(`${root}/agents`, { name: "a" }), 404);
});

test("what hangs on a deleted agent goes along, and its event counts it", async () => {
  const { api, agents, newAgent, verify, members, organization, issuer } = await newScene();
  const agent = await newAgent();
  const groups = [];
  for (const name of ["one", "two"]) groups.push(good(await api.post(`${organization}/groups`, { name })).id);
  good(await api.post(members, { member_id: agent.id, groups }));
  const sister = good(await api.post(`${issuer}/organizations`, { name: "Sister" }));
  good(await api.post(`${issuer}/organizations/${sister.id}/members`, { member_id: agent.id, scopes: ["a"] }));
  for (const type of ["secret", "secret", "secret"]) await verify(agent.id, { type });
  const events = await eventsBy(api, () => api.delete(`${agents}/${agent.id}`));
  expect(events).toMatchObject([
    {
      type: "agent.deleted",
      data: {
        resource: { id: agent.id, verifiers: ["secret"] },
        counts: { memberships: 2, group_memberships: 2, verifiers: 3 },
      },
    },
  ]);
  expect(await idsOf(api, members)).toEqual([]);
  expect(good(await api.get(`${organization}/groups/${groups[0]}`)).n_members).toBe(0);
  expectRefusal(await api.get(`${agents}/${agent.id}/verifiers`), 404);
  expect(await world.sql("select from agent_verifiers where agent_id = $1", [agent.id])).toEqual([]);
});

test("no membership outlives the deletion of its agent, whichever comes first", async () => {
  const { api, agents, newAgent, members } = await newScene();
  for (let turn = 0; turn < 10; turn++) {
    const { id } = await newAgent();
    const [added, deleted] = await Promise.all([
      api.post(members, { member_id: id, scopes: ["a"] }),
      api.delete(`${agents}/${id}`),
    ]);
    expect([201, 400]).toContain(added.status);
    expect(deleted.status).toBe(204);
  }
  expect(await idsOf(api, members)).toEqual([]);
});
