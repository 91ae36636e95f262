import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { apiClient } from "../harness/client.ts";
import { everyOperation } from "../harness/operations.ts";
import { organizationClient, setScene, sharedScenes, withoutReference } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const refusedScene = sharedScenes(world);
const nobody = () => apiClient(world.server.url, undefined, "");
const belowAccounts = everyOperation.filter(({ path }) => path.startsWith("/v1/accounts"));
const ofOneAccount = everyOperation.filter(({ params }) => params.includes("account_id"));
const scoped = everyOperation.filter(({ scopes }) => scopes.length > 0);

test.each(everyOperation)("$id without a credential, or with a bad one, is one and the same 401", async (one) => {
  const { tenant, send } = await refusedScene(one);
  const expected = withoutReference(await nobody().get("/v1/me"));
  const { key: other } = await world.tenant();
  const wrong = [
    undefined,
    { ...tenant.key, secret: other.secret },
    { ...tenant.key, secret: `${tenant.key.secret.slice(0, -1)}_` },
    { ...tenant.key, id: `key_${randomUUID().replaceAll("-", "")}` },
    { id: "", secret: "" },
  ];
  for (const key of wrong) {
    const answer = await send({ api: apiClient(world.server.url, key, tenant.accountId) });
    expect(answer.status, answer.text).toBe(401);
    expect(withoutReference(answer)).toBe(expected);
    expect(answer.headers.get("www-authenticate")).toBe('Basic realm="authpi", charset="UTF-8"');
    expect(answer.body.reference).toBe(answer.headers.get("x-request-id"));
  }
});

test.each(belowAccounts)("$id does not exist for an organization's key", async (one) => {
  const { tenant, send } = await refusedScene(one);
  const expected = withoutReference(await tenant.api.get("/v1/accounts/acc_none"));
  const answer = await send({ api: await organizationClient(tenant) });
  expect(answer.status, answer.text).toBe(404);
  expect(withoutReference(answer)).toBe(expected);
});

test.each(ofOneAccount)("$id of another account is the 404 of an account that nobody has", async (one) => {
  const { params, path, send } = await refusedScene(one);
  const { api } = await world.tenant();
  const nowhere = path.replaceAll(String(params.account_id), params.account_id?.replace(/....$/, "zzzz") ?? "");
  const [foreign, none] = [await send({ api }), await send({ api, path: nowhere })];
  expect(foreign.status, foreign.text).toBe(404);
  expect(withoutReference(foreign)).toBe(withoutReference(none));
});

test.each(scoped)("$id refuses a key without its scope, and names the scope", async (one) => {
  const { tenant, send } = await refusedScene(one);
  const others = scoped.flatMap(({ scopes }) => scopes).filter((scope) => !one.scopes.includes(scope));
  const api = await world.keyOf(tenant.accountId, [...new Set(others)]);
  const answer = await send({ api });
  expect(answer.status, answer.text).toBe(403);
  expect(answer.body.error).toBe("insufficient_scope");
  expect(answer.body.error_description).toContain(one.scopes[0]);
});

test.each(everyOperation)("$id works with exactly its scope", async (one) => {
  const { tenant, send } = await setScene(world, one);
  const api = await world.keyOf(tenant.accountId, one.needed);
  const answer = await send({ api });
  expect(answer.status, answer.text).toBeLessThan(300);
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
