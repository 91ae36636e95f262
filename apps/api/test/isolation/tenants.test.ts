import { describe, expect, test } from "vitest";
import { everyOperation, type OperationCase, pathFor } from "../harness/operations.ts";
import { holdingsOf, tenantTables } from "../harness/rows.ts";
import { makeOne, type Scene, setScene, sharedScenes, withoutReference } from "../harness/scene.ts";
import { createWorld, type Tenant, type World } from "../harness/world.ts";

const lists = everyOperation.filter(({ operation }) => operation.kind === "list");
const pagedLists = lists.filter(({ operation }) => operation.query?.properties.cursor !== undefined);
const withIds = everyOperation.filter(({ params }) => params.length > 1);

/** An id of the same form that nobody has. */
const noneLike = (id: string): string => `${id.slice(0, -6)}000000`;

/** Every way to put the ids of a stranger's things into a path of one's own: from each place in it on. */
const mixtures = (params: readonly string[], own: Scene["params"], foreign: Scene["params"]): Scene["params"][] =>
  params.slice(1).map((_, index) => {
    const from = params.slice(index + 1);
    return { ...own, ...Object.fromEntries(from.map((param) => [param, String(foreign[param])])) };
  });

describe.each([
  ["with both walls", { filtersOff: false, securityOff: false }],
  ["by row-level security alone", { filtersOff: true, securityOff: false }],
  ["by the queries' own filters alone", { filtersOff: false, securityOff: true }],
])("%s", async (_, { filtersOff, securityOff }) => {
  const world = await createWorld({ filtersOff });
  if (securityOff) await disableSecurity(world);
  const strangers = sharedScenes(world);

  test.each(withIds)("$id below another tenant's ids is the 404 of ids that nobody has", async (one) => {
    const theirs = await strangers(one);
    const ours = await setScene(world, one);
    const before = await holdingsOf(world, theirs.tenant.accountId);
    for (const params of mixtures(one.params, ours.params, theirs.params)) {
      const foreign = await ours.send({ path: pathFor(one.path, params) });
      const none = Object.entries(params).map(([name, id]) => [name, id === ours.params[name] ? id : noneLike(id)]);
      const nobodys = await ours.send({ path: pathFor(one.path, Object.fromEntries(none)) });
      expect(foreign.status, foreign.text).toBe(404);
      expect(withoutReference(foreign)).toBe(withoutReference(nobodys));
    }
    expect(await holdingsOf(world, theirs.tenant.accountId)).toEqual(before);
  });

  test.each(lists)("$id never holds a row of another tenant's, whatever it is filtered by", async (one) => {
    const theirs = await strangers(one);
    const ours = await setScene(world, one);
    const foreignIds = Object.values(theirs.params);
    for (const query of ["", ...filtersBy(one, theirs)]) {
      const { status, text, body } = await ours.send({ path: `${ours.path}${query}` });
      expect(status, text).toBe(200);
      for (const id of foreignIds) expect(text).not.toContain(id);
      if (query !== "") expect(body.data).toEqual([]);
    }
  });

  test.each(pagedLists)("$id refuses another tenant's cursor", async (one) => {
    const { tenant, params, send, path } = await setScene(world, one);
    await makeOne(tenant, one.resource, params);
    const { body } = await send({ path: `${path}?limit=1` });
    // A list that has one row by its nature gives no cursor.
    if (!body.next_cursor) return expect(one.resource.operations.create && one.name === "list").toBeFalsy();
    const ours = await setScene(world, one);
    const refused = await ours.send({ path: `${ours.path}?limit=1&cursor=${body.next_cursor}` });
    expect(refused.status, refused.text).toBe(400);
    expect(refused.body.fields).toEqual([expect.objectContaining({ field: "cursor" })]);
  });

  test("another tenant's ids in a body are as good as ids that nobody has", async () => {
    const [ours, theirs] = [await withUser(await world.tenant()), await withUser(await world.tenant())];
    const bodies = (id: string) => [
      ours.api.post(`${ours.organization}/members`, { member_id: id, scopes: ["a:b"] }),
      ours.api.patch(`/v1/accounts/${ours.accountId}`, { owner_user_id: id }),
    ];
    for (const id of [theirs.userId, theirs.agentId]) {
      const foreign = await Promise.all(bodies(id));
      const nobodys = await Promise.all(bodies(noneLike(id)));
      expect(foreign.map(({ status }) => status)).toEqual([400, 400]);
      expect(foreign.map(withoutReference)).toEqual(nobodys.map(withoutReference));
    }
  });

  test("nothing of it is a fault of the server's", () => {
    expect(world.server.complaints).toEqual([]);
  });
});

const disableSecurity = async (world: World): Promise<void> => {
  for (const table of await tenantTables(world)) await world.sql(`alter table ${table} disable row level security`);
};

/** The list's filters by ids, each with what is the stranger's. */
const filtersBy = ({ operation }: OperationCase, { params }: Scene): string[] =>
  Object.keys(operation.query?.properties ?? {}).flatMap((name) =>
    name.endsWith("_id") && params[name] ? [`?${name}=${params[name]}`] : [],
  );

const withUser = async (tenant: Tenant) => {
  const issuer = (await tenant.api.post("issuers", { name: "a" })).body.data.id;
  const user = await tenant.api.post(`issuers/${issuer}/users`, {
    username_type: "email",
    username: "ada@example.com",
  });
  const agent = await tenant.api.post(`issuers/${issuer}/agents`, { name: "a" });
  const organization = await tenant.api.post(`issuers/${issuer}/organizations`, { name: "a" });
  return {
    ...tenant,
    userId: user.body.data.id,
    agentId: agent.body.data.id,
    organization: `issuers/${issuer}/organizations/${organization.body.data.id}`,
  };
};
