import { expect, test } from "vitest";
import { apiClient } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, newKey, newPlace, whoami } from "./support.ts";

const world = await createWorld();

const newAccount = async () => {
  const tenant = await world.tenant();
  const path = `/v1/accounts/${tenant.accountId}`;
  const account = good(await tenant.api.get(path));
  const { issuer_id: root, id: orgId } = account.organization;
  return { ...tenant, path, account, root: `issuers/${root}`, organization: `issuers/${root}/organizations/${orgId}` };
};
/** A user of the root issuer, which belongs to the installation: there is no path of an account's that makes one. */
const newRootUser = async () => {
  const id = world.server.deps.ids.make("user");
  await world.sql(
    `insert into users (account_id, issuer_id, id, username_type, username, profile, compliance, created_at, updated_at)
      select root_account_id, root_issuer_id, $1, 'unique-name', $1, '{}', '{}', $2, $2 from installation`,
    [id, world.server.clock.now()],
  );
  return id;
};
/** A member of the account. */
const newMember = async ({ api, organization }: Awaited<ReturnType<typeof newAccount>>, status = "active") => {
  const member_id = await newRootUser();
  good(await api.post(`${organization}/members`, { member_id, scopes: ["issuers:read"], status }));
  return member_id;
};

test("an account is a view on its organization, whose suffix it shares", async () => {
  const { account, accountId, api, organization } = await newAccount();
  expect(account).toEqual({
    id: accountId,
    organization: good(await api.get(organization)),
    ...{ owner_user_id: null, domains: [], features: {}, limits: {}, metadata: {} },
    ...{ billing_mode: "ungated", balance_μusd: null, credits_run_out: false, payment_methods: [] },
    ...{ created_at: expect.any(Number), updated_at: account.organization.updated_at },
  });
  expect(account.organization).toMatchObject({ account_id: accountId, id: accountId.replace("acc_", "org_") });
  expect(account.organization.stats).toEqual({ n_members: 0, n_api_keys: 1, n_pending_invitations: 0 });
});

test("a PATCH of the account shows in its organization, and is one event with what was there before", async () => {
  const { api, path, organization, account } = await newAccount();
  const shared = { description: "We make things", logo_url: "https://example.com/logo.svg", metadata: { plan: "pro" } };
  const events = await eventsBy(api, async () => good(await api.patch(path, { name: "Acme SAS", ...shared })));
  const after = good(await api.get(path));
  expect(after.organization).toMatchObject({ name: "Acme SAS", ...shared });
  expect(after.metadata).toEqual(shared.metadata);
  expect(after.updated_at).toBe(after.organization.updated_at);
  expect(good(await api.get(organization))).toEqual(after.organization);
  expect(events).toMatchObject([{ type: "account.updated", data: { resource: after } }]);
  expect(events[0]?.data.previous).toMatchObject({ metadata: {}, organization: { name: account.organization.name } });
  expect(events[0]?.subject).toMatchObject({ type: "account", id: account.id, org_id: account.organization.id });

  const cleared = good(await api.patch(path, { description: null, logo_url: null, metadata: null }));
  expect(cleared).toMatchObject({ metadata: {}, organization: { description: null, logo_url: null, metadata: {} } });
});

test("an account is owned by an active member of it, or by nobody", async () => {
  const account = await newAccount();
  const { api, path } = account;
  const owner = await newMember(account);
  expect(good(await api.patch(path, { owner_user_id: owner })).owner_user_id).toBe(owner);
  const strangers = ["usr_none", await newMember(account, "suspended"), await newMember(await newAccount())];
  for (const owner_user_id of strangers) expectRefusal(await api.patch(path, { owner_user_id }), 400, "owner_user_id");
  expect(good(await api.get(path)).owner_user_id).toBe(owner);
  const events = await eventsBy(api, async () => good(await api.patch(path, { owner_user_id: null })));
  expect(events).toMatchObject([{ data: { resource: { owner_user_id: null } } }]);
  expect(events[0]?.data.previous).toEqual({ owner_user_id: owner });
});

test("a key lists the one account that it acts on", async () => {
  const { api, account } = await newAccount();
  await newAccount();
  const { data, has_more, next_cursor } = (await api.get("/v1/accounts")).body;
  expect(data).toEqual([account]);
  expect([has_more, next_cursor]).toEqual([false, null]);
});

test("suspending the account's organization stops its keys, but not its issuers' keys, until it is restored", async () => {
  const place = await newPlace(world);
  const own = await newKey(place.api, "api-keys", ["*:**"]);
  const theirs = await newKey(place.api, `${place.organization}/api-keys`);
  const admin = apiClient(world.server.url, own.credential, place.accountId);
  const statuses = async () => [
    (await admin.get("issuers")).status,
    (await admin.get("/v1/accounts")).status,
    (await whoami(world, own.credential)).status,
    (await whoami(world, theirs.credential)).status,
    (await fetch(`${world.server.url}/${place.issuerId}/.well-known/openid-configuration`)).status,
  ];
  const set = (status: string) => world.sql("update organizations set status = $2 where id = $1", [own.org_id, status]);
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  await set("suspended");
  expect(await statuses()).toEqual([401, 401, 401, 200, 200]);
  await set("active");
  expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
});

test("the root issuer is in no list and behind no path, but for the way to the own organization", async () => {
  const { api, root, organization, account } = await newAccount();
  const issuer = good(await api.post("issuers", { name: "acme" }));
  expect(good(await api.get("issuers")).map(({ id }: { id: string }) => id)).toEqual([issuer.id]);
  const hidden = [
    await api.get(root),
    await api.patch(root, { name: "mine" }),
    await api.delete(root),
    await api.get(`${root}/users`),
    await api.post(`${root}/users`, { username_type: "unique-name", username: "ada" }),
    await api.get(`${root}/clients`),
  ];
  expect(hidden.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404, 404]);
  expect(good(await api.get(`${root}/organizations`))).toEqual([account.organization]);
  const other = await newAccount();
  expect((await api.get(other.organization)).status).toBe(404);
  expect((await api.get(`${other.organization}/members`)).status).toBe(404);
  expect((await api.get(organization)).status).toBe(200);
});

test("the own organization is changed as the account, and made and ended by the operator", async () => {
  const { api, root, organization, account } = await newAccount();
  const events = await eventsBy(api, async () => {
    expectRefusal(await api.post(`${root}/organizations`, { name: "Second" }), 403);
    expectRefusal(await api.patch(organization, { name: "Renamed" }), 403);
    expectRefusal(await api.patch(organization, { status: "suspended" }), 403);
    expectRefusal(await api.delete(organization), 403);
  });
  expect(events).toEqual([]);
  expect(good(await api.get(organization))).toEqual(account.organization);
});

test("who may put members into groups puts none into one that exceeds the putter", async () => {
  const account = await newAccount();
  const { api, organization, accountId } = account;
  const member = await newMember(account);
  const strong = good(await api.post(`${organization}/groups`, { name: "strong", scopes: ["*:**"] }));
  const path = `${organization}/groups/${strong.id}/members/${member}`;
  const weak = await world.keyOf(accountId, ["issuers.organizations.groups.members:write"]);
  expectRefusal(await weak.send("PUT", path), 403);
  expect(good(await api.get(`${organization}/groups/${strong.id}`)).n_members).toBe(0);
  expect((await api.send("PUT", path)).status).toBe(200);
});

test("the own organization's members and keys are reached through the root issuer", async () => {
  const account = await newAccount();
  const { api, organization } = account;
  const member_id = await newMember(account);
  expect(good(await api.get(`${organization}/members`))).toMatchObject([{ member_id, account_id: account.accountId }]);
  good(await api.patch(`${organization}/members/${member_id}`, { scopes: ["issuers:write"] }));
  expect((await api.delete(`${organization}/members/${member_id}`)).status).toBe(204);

  const key = await newKey(api, `${organization}/api-keys`, ["issuers:read"]);
  expect(good(await api.get("api-keys")).map(({ id }: { id: string }) => id)).toEqual([key.id, account.key.id]);
  expect((await whoami(world, key.credential)).body.data.accounts).toMatchObject([{ account_id: account.accountId }]);
});
