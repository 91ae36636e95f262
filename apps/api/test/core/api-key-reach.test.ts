import { expect, test } from "vitest";
import { apiClient } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { good, newKey, newPlace, whoami } from "./support.ts";

const world = await createWorld();
const orgScope = "issuers.organizations.api-keys";

test("a key of an organization is reached below the account too, with the scope of where it lives", async () => {
  const place = await newPlace(world);
  const own = await newKey(place.api, "api-keys");
  const theirs = await newKey(place.api, `${place.organization}/api-keys`);
  const ofAccount = await world.keyOf(place.accountId, ["api-keys:manage"]);
  const ofOrganizations = await world.keyOf(place.accountId, [`${orgScope}:manage`]);
  const statuses = async (id: string) => {
    const answers = [];
    for (const api of [ofAccount, ofOrganizations]) {
      answers.push(await api.get(`api-keys/${id}`), await api.patch(`api-keys/${id}`, { name: "renamed" }));
      answers.push(await api.post(`api-keys/${id}/block`), await api.post(`api-keys/${id}/rotate`));
    }
    return answers.map(({ status }) => status);
  };
  expect(await statuses(own.id)).toEqual([200, 200, 200, 200, 403, 403, 403, 403]);
  expect(await statuses(theirs.id)).toEqual([403, 403, 403, 403, 200, 200, 200, 200]);
  expect(good(await place.api.get(`${place.organization}/api-keys/${theirs.id}`)).name).toBe("renamed");
});

test("a refusal names the scope of the place, and the list stays the account's", async () => {
  const place = await newPlace(world);
  const theirs = await newKey(place.api, `${place.organization}/api-keys`);
  const reader = await world.keyOf(place.accountId, ["api-keys:read"]);
  expect((await reader.get(`api-keys/${theirs.id}`)).body.error_description).toContain(`${orgScope}:read`);
  expect((await (await world.keyOf(place.accountId, [`${orgScope}:read`])).get("api-keys")).status).toBe(403);
});

test("an organization's key answers at /v1/me, and everything below /v1/accounts is 404 for it", async () => {
  const place = await newPlace(world);
  const { id, credential } = await newKey(place.api, `${place.organization}/api-keys`, ["*:**"]);
  const api = apiClient(world.server.url, credential, place.accountId);
  const { data } = (await api.get("/v1/me")).body;
  expect(data).toMatchObject({ key_id: id, accounts: [], organizations: [{ org_id: place.orgId, scopes: ["*:**"] }] });
  const answers = [
    await api.get("/v1/accounts"),
    await api.get(`/v1/accounts/${place.accountId}`),
    await api.get("issuers"),
    await api.get(`${place.organization}/api-keys/${id}`),
    await api.post("api-keys", { name: "mine", restrictions: {} }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404]);
});

test("a key with an allow-list is good from there alone, as a backend names it in X-Client-IP", async () => {
  const { api, organization } = await newPlace(world);
  const key = await newKey(api, `${organization}/api-keys`, [], { ip_allowlist: ["203.0.113.0/24", "2001:db8::/32"] });
  const from = async (ip?: string) => (await whoami(world, key.credential, ip ? { "x-client-ip": ip } : {})).status;
  expect(await Promise.all(["203.0.113.255", "2001:db8:1::1"].map(from))).toEqual([200, 200]);
  expect(await Promise.all(["203.0.114.0", "2001:db9::1", undefined].map(from))).toEqual([401, 401, 401]);
  good(await api.patch(`${organization}/api-keys/${key.id}`, { restrictions: { ip_allowlist: ["127.0.0.0/8"] } }));
  expect(await Promise.all([undefined, "203.0.113.255"].map(from))).toEqual([200, 401]);
});

test("an allow-list takes addresses and ranges, and names what is neither", async () => {
  const { api, organization } = await newPlace(world);
  const ip_allowlist = ["10.0.0.0/33", "10.0.0", "localhost", "::1", "10.0.0.1/8", "fe80::1%eth0", "1.2.3.4/", ""];
  const answer = await api.post(`${organization}/api-keys`, { name: "office", restrictions: { ip_allowlist } });
  expect(answer.status).toBe(400);
  const wrong = [0, 1, 2, 5, 6, 7].map((index) => `restrictions.ip_allowlist.${index}`);
  expect(answer.body.fields.map(({ field }: { field: string }) => field)).toEqual(wrong);
});

test("last_used_at tells the last verification, exact to a minute", async () => {
  const { api, organization } = await newPlace(world);
  const key = await newKey(api, `${organization}/api-keys`);
  const usedAt = async () => good(await api.get(`${organization}/api-keys/${key.id}`)).secret.last_used_at;
  for (let round = 0; round < 3; round++) {
    world.server.clock.advance(60_001);
    expect((await whoami(world, key.credential)).status).toBe(200);
    const told = await usedAt();
    expect(Math.abs(told - world.server.clock.now())).toBeLessThan(60_000);
    expect((await whoami(world, key.credential)).status).toBe(200);
    expect(await usedAt()).toBe(told);
  }
});

test("an account's key shows its use too", async () => {
  const { api, key } = await world.tenant();
  expect(good(await api.get(`api-keys/${key.id}`)).secret.last_used_at).toEqual(expect.any(Number));
});
