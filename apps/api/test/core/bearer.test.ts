import { expect, test } from "vitest";
import { messagesDuring } from "../harness/messages.ts";
import { bearerClient, newPerson } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newTokenScene } from "../verification/token-scene.ts";
import { eventsOf, expectRefusal, good, newKey, newUser } from "./support.ts";

const world = await createWorld();

/** A person who is a member of an account, and clients with the person's tokens. */
const newScene = async (scopes: string[]) => {
  const tenant = await world.tenant();
  const person = await newPerson(world);
  await person.join(tenant.accountId, scopes);
  const { url } = world.server;
  return {
    ...{ ...tenant, person },
    /** With an access token of this scope. */
    as: async (scope = "*:**", claims: object = {}) =>
      bearerClient(url, await person.token(scope, { claims: { ...claims } }), tenant.accountId),
    /** With a personal token. */
    withScript: async (body: Parameters<typeof person.personalToken>[0]) =>
      bearerClient(url, await person.personalToken(body), tenant.accountId),
  };
};

test("a person's tokens act on the account with what membership and token have in common", async () => {
  const { as, withScript } = await newScene(["issuers:**", "notes:read"]);
  const personal = { restrictions: { scopes: ["issuers:write", "issuers:read"], ip_allowlist: [] } };
  for (const api of [await as("issuers:write issuers:read openid"), await withScript(personal)]) {
    const { id } = good(await api.post("issuers", { name: "acme" }));
    expect(good(await api.get(`issuers/${id}`)).name).toBe("acme");
    expectRefusal(await api.delete(`issuers/${id}`), 403);
    expectRefusal(await api.get("notes"), 403);
    expectRefusal(await api.get(`issuers/${id}/users`), 403);
  }
});

test("a member with issuers:read cannot write, whatever the token says", async () => {
  const { as, withScript } = await newScene(["issuers:read"]);
  const all = { restrictions: { scopes: ["*:**"], ip_allowlist: [] } };
  for (const api of [await as(), await withScript(all)]) {
    good(await api.get("issuers"));
    const refused = await api.post("issuers", { name: "acme" });
    expectRefusal(refused, 403);
    expect(refused.body).toMatchObject({ error: "insufficient_scope" });
    expect(refused.body.error_description).toContain("issuers:write");
  }
});

test("who acts by a token hands on what membership and token both hold, and nothing more", async () => {
  const scene = await newScene(["api-keys:*", "issuers:read", "issuers.organizations.members:write"]);
  const { as, withScript, accountId, person } = scene;
  const other = await newPerson(world);
  const members = `issuers/${person.rootIssuerId}/organizations/${accountId.replace("acc_", "org_")}/members`;
  const narrow = ["api-keys:*", "issuers.organizations.members:write"];
  const strong = [await as(), await withScript({ restrictions: { scopes: ["*:**"], ip_allowlist: [] } })];
  const weak = [await as(narrow.join(" ")), await withScript({ restrictions: { scopes: narrow, ip_allowlist: [] } })];
  const add = (scopes: string[]) => ({ member_id: other.userId, scopes });
  const key = (scopes: string[]) => ({ name: "ladder", restrictions: { scopes } });
  for (const api of [...strong, ...weak]) {
    for (const scopes of [["*:**"], ["issuers:*"], ["issuers:write"], ["notes:read"]]) {
      expectRefusal(await api.post(members, add(scopes)), 403);
      expectRefusal(await api.post("api-keys", key(scopes)), 403);
    }
  }
  for (const api of weak) {
    expectRefusal(await api.post("api-keys", key(["issuers:read"])), 403);
    expectRefusal(await api.post(members, add(["issuers:read"])), 403);
  }
  for (const api of strong) good(await api.post("api-keys", key(["issuers:read"])));
  good(await (await as()).post(members, add(["issuers:read"])));
});

test("a person cannot give itself more", async () => {
  const { as, accountId, person } = await newScene(["issuers.organizations.members:*"]);
  const api = await as();
  const own = `issuers/${person.rootIssuerId}/organizations/${accountId.replace("acc_", "org_")}/members/${person.userId}`;
  expectRefusal(await api.patch(own, { scopes: ["*:**"] }), 403);
  expectRefusal(await api.patch(own, { scopes: ["issuers:read"] }), 403);
  good(await api.patch(own, { user_title: "Boss" }));
});

test("what is taken away is gone with the next request", async () => {
  const { as, withScript, api, accountId, person } = await newScene(["issuers:read"]);
  const member = `issuers/${person.rootIssuerId}/organizations/${accountId.replace("acc_", "org_")}/members/${person.userId}`;
  const clients = [await as(), await withScript({ restrictions: { scopes: ["*:**"], ip_allowlist: [] } })];
  const statuses = () => Promise.all(clients.map(async (one) => (await one.get("issuers")).status));
  expect(await statuses()).toEqual([200, 200]);
  good(await api.patch(member, { scopes: ["notes:read"] }));
  expect(await statuses()).toEqual([403, 403]);
  await api.delete(member);
  expect(await statuses()).toEqual([404, 404]);
  await person.join(accountId, ["issuers:read"]);
  expect(await statuses()).toEqual([200, 200]);
  await world.sql("update users set status = 'suspended' where id = $1", [person.userId]);
  expect(await statuses()).toEqual([401, 401]);
});

test("a person of several accounts sees and reaches all of them, each with its own scopes, and no other", async () => {
  const { as, person, accountId, withScript } = await newScene(["accounts:read", "issuers:read"]);
  const [second, third, foreign] = [await world.tenant(), await world.tenant(), await world.tenant()];
  await person.join(second.accountId, ["*:**"]);
  await person.join(third.accountId, ["issuers:read"]);
  for (const api of [await as(), await withScript({ restrictions: { scopes: ["*:**"], ip_allowlist: [] } })]) {
    const listed = good(await api.get("/v1/accounts"));
    // On the third it may not read the account itself.
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([second.accountId, accountId].sort().reverse());
    for (const account of listed) expect(good(await api.get(`/v1/accounts/${account.id}`))).toEqual(account);
    const first = await api.get("/v1/accounts?limit=1");
    expect(first.body).toMatchObject({ has_more: true, data: [{ id: listed[0].id }] });
    const next = await api.get(`/v1/accounts?limit=1&cursor=${first.body.next_cursor}`);
    expect(next.body).toMatchObject({ has_more: false, data: [{ id: listed[1].id }] });

    good(await api.post(`/v1/accounts/${second.accountId}/issuers`, { name: "acme" }));
    expectRefusal(await api.post(`/v1/accounts/${accountId}/issuers`, { name: "acme" }), 403);
    expect((await api.get(`/v1/accounts/${third.accountId}`)).status).toBe(403);
    expect((await api.get(`/v1/accounts/${foreign.accountId}`)).status).toBe(404);
    const me = good(await api.get("/v1/me"));
    expect(me.organizations).toEqual([]);
    expect(me.accounts.map((one: { account_id: string }) => one.account_id).sort()).toEqual(
      [accountId, second.accountId, third.accountId].sort(),
    );
    expect(me.accounts[0].org_id).toBe(me.accounts[0].account_id.replace("acc_", "org_"));
  }
});

test("a page of several accounts takes as many messages to PostgreSQL as one of a single account", async () => {
  const { as, person } = await newScene(["accounts:read"]);
  const api = await as();
  const lengthOf = async () => good(await api.get("/v1/accounts")).length;
  const single = await messagesDuring(world, async () => expect(await lengthOf()).toBe(1));
  for (let n = 0; n < 3; n++) await person.join((await world.tenant()).accountId, ["accounts:read"]);
  const several = await messagesDuring(world, async () => expect(await lengthOf()).toBe(4));
  expect(several).toHaveLength(single.length);
});

test("org_id narrows to one account", async () => {
  const { as, person, accountId } = await newScene(["*:**"]);
  const second = await world.tenant();
  await person.join(second.accountId, ["*:**"]);
  const api = await as("*:**", { org_id: second.accountId.replace("acc_", "org_") });
  expect((await api.get(`/v1/accounts/${accountId}`)).status).toBe(404);
  expect((await api.get(`/v1/accounts/${second.accountId}`)).status).toBe(200);
  expect(good(await api.get("/v1/accounts"))).toHaveLength(1);
});

test("an access token acts on accounts only where it was issued for this API", async () => {
  const { as, withScript } = await newScene(["*:**"]);
  const { url } = world.server.deps;
  const nowhere = (await (await as()).get("/v1/accounts/acc_none")).body.error_description;
  for (const aud of [url, `${url}/v1/`, `${url}/v2`, "https://api.example.com", ["a", "b"]]) {
    const api = await as("*:**", { aud });
    for (const answer of [await api.get("issuers"), await api.get("/v1/accounts")]) {
      expect(answer.status, JSON.stringify(aud)).toBe(404);
      expect(answer.body.error_description).toBe(nowhere);
    }
    expect((await api.get("/v1/me")).status).toBe(200);
  }
  good(await (await as("*:**", { aud: ["https://api.example.com", `${url}/v1`] })).get("issuers"));

  const restrictions = { scopes: ["*:**"], ip_allowlist: [] };
  expect((await (await withScript({ restrictions, audience: "https://api.example.com" })).get("issuers")).status).toBe(
    404,
  );
  good(await (await withScript({ restrictions, audience: `${url}/v1` })).get("issuers"));
});

test("a token without a scope for it may do nothing", async () => {
  const { as, withScript } = await newScene(["*:**"]);
  for (const api of [await as(""), await as("openid profile"), await withScript({})]) {
    expectRefusal(await api.get("issuers"), 403);
    expectRefusal(await api.get("/v1/accounts"), 403);
  }
});

test("tokens of any other issuer are good for /v1/me alone", async () => {
  const scene = await newTokenScene(world);
  const { accountId, issuer, userId, api, organization } = scene;
  const aud = `${world.server.deps.url}/v1`;
  good(await api.patch(`${organization}/members/${userId}`, { scopes: ["*:**"] }));
  const { token_plain } = good(
    await api.post(`${issuer}/users/${userId}/tokens`, {
      name: "a",
      restrictions: { scopes: ["*:**"] },
      audience: aud,
    }),
  );
  for (const token of [await scene.token({ claims: { aud, scope: "*:**" } }), token_plain]) {
    const client = bearerClient(world.server.url, token, accountId);
    expect((await client.get("/v1/me")).status).toBe(200);
    for (const path of ["/v1/accounts", `/v1/accounts/${accountId}`, "issuers", issuer, `${issuer}/users`]) {
      const answer = await client.get(path);
      expect(answer.status, path).toBe(404);
      expect(answer.body.error_description).toBe("There is no such resource.");
    }
    expect((await client.post("issuers", { name: "a" })).status).toBe(404);
  }
});

test("bad, expired and foreign tokens are refused before anything else", async () => {
  const { as, accountId, person } = await newScene(["*:**"]);
  const now = Math.floor(world.server.clock.now() / 1000);
  const expired = await (await as("*:**", { exp: now - 60 })).get("issuers");
  expect(expired.status).toBe(401);
  expect(expired.body.error).toBe("session_expired");
  const bad = await bearerClient(world.server.url, `${await person.token("*:**")}x`, accountId).get("issuers");
  expect(bad.status).toBe(401);
  expect(bad.body.error).toBe("unauthorized_client");
  expect(bad.headers.get("www-authenticate")).not.toBeNull();
});

test("events, statuses and notes name the person, and an access token its client", async () => {
  const { as, withScript, api, accountId, person } = await newScene(["*:**"]);
  const { userId, clientId } = person;
  const org_id = accountId.replace("acc_", "org_");
  const note = (issuer_id: string) => ({ subject_type: "issuer", subject_id: issuer_id, content: "Hello" });

  const byToken = await as();
  const { id } = good(await byToken.post("issuers", { name: "acme" }));
  expect(good(await byToken.patch(`issuers/${id}`, { status: "disabled" })).status_by).toBe(userId);
  expect(good(await byToken.post("notes", note(id)))).toMatchObject({ created_by: userId, updated_by: userId });
  const [written] = (await api.get("events?limit=1")).body.data;
  expect(written.auth).toEqual({
    ...{ type: "user", user_id: userId, client_id: clientId, org_id, ip: "127.0.0.1", user_agent: expect.any(String) },
  });

  const byScript = await withScript({ restrictions: { scopes: ["*:**"], ip_allowlist: [] } });
  const tokenId = good(await byScript.get("/v1/me")).key_id;
  expect(tokenId).toMatch(/^tok_/);
  expect(good(await byScript.patch(`issuers/${id}`, { status: "active" })).status_by).toBe(tokenId);
  expect(good(await byScript.post("notes", note(id))).created_by).toBe(tokenId);
  const [event] = (await api.get("events?limit=1")).body.data;
  expect(event.auth).toMatchObject({ type: "personal_token", key_id: tokenId, user_id: userId, org_id });
  expect((await eventsOf(api)).filter(({ type }) => type === "personal-token.verified")).toEqual([]);
});

test("each person and each personal token has idempotency keys of its own; a refreshed access token has the same", async () => {
  const { as, withScript } = await newScene(["*:**"]);
  const headers = { "idempotency-key": "k" };
  const make = async (api: Awaited<ReturnType<typeof as>>) => {
    const answer = await api.post("issuers", { name: "acme" }, headers);
    return { id: good(answer).id, replayed: answer.headers.get("idempotent-replayed") };
  };
  const restrictions = { scopes: ["*:**"], ip_allowlist: [] };
  const first = await make(await as());
  const again = await make(await as("*:**", { jti: "another" }));
  const script = await make(await withScript({ restrictions }));
  const second = await make(await withScript({ restrictions }));
  expect(again).toEqual({ id: first.id, replayed: "true" });
  expect(new Set([first.id, script.id, second.id]).size).toBe(3);
});

test("a replay hands on no secret that the narrower token may not hand on", async () => {
  const { as } = await newScene(["*:**"]);
  const headers = { "idempotency-key": "k" };
  const body = { name: "strong", restrictions: { scopes: ["*:**"] } };
  const { secret_plain } = good(await (await as()).post("api-keys", body, headers));
  const refused = await (await as("api-keys:write")).post("api-keys", body, headers);
  expectRefusal(refused, 403);
  expect(refused.text).not.toContain(secret_plain);
});

test("a personal token of a person is bound to its addresses; no header speaks for them", async () => {
  const { withScript } = await newScene(["*:**"]);
  const scopes = ["*:**"];
  const here = await withScript({ restrictions: { scopes, ip_allowlist: ["127.0.0.0/8"] } });
  good(await here.get("issuers"));
  const elsewhere = await withScript({ restrictions: { scopes, ip_allowlist: ["203.0.113.0/24"] } });
  for (const path of ["issuers", "/v1/me"])
    expect((await elsewhere.get(path, { "x-client-ip": "203.0.113.7" })).status).toBe(401);
});

test("a suspended account stops its people's tokens there", async () => {
  const { as, accountId } = await newScene(["*:**"]);
  const api = await as();
  good(await api.get("issuers"));
  await world.sql("update organizations set status = 'suspended' where account_id = $1 and id = $2", [
    accountId,
    accountId.replace("acc_", "org_"),
  ]);
  expect((await api.get("issuers")).status).toBe(404);
});

test("the account's own keys are listed for whoever acts on it", async () => {
  const { as, api } = await newScene(["api-keys:*", "issuers:read"]);
  const { id } = await newKey(api, "api-keys", ["issuers:read"]);
  const mine = await as();
  expect(good(await mine.get("api-keys")).map((key: { id: string }) => key.id)).toContain(id);
  good(await mine.post(`api-keys/${id}/rotate`));
  const strong = await newKey(api, "api-keys", ["*:**"]);
  expectRefusal(await mine.post(`api-keys/${strong.id}/rotate`), 403);
});

test("members of other organizations are members of no account", async () => {
  const scene = await newTokenScene(world);
  const person = await newPerson(world);
  await newUser(scene, "grace");
  await world.sql(
    `insert into members (account_id, issuer_id, org_id, member_id, member_type, scopes, created_at, updated_at)
      values ($1, $2, $3, $4, 'user', '{*:**}', 1, 1)`,
    [scene.accountId, scene.issuerId, scene.orgId, person.userId],
  );
  const me = await bearerClient(world.server.url, await person.token("*:**")).get("/v1/me");
  expect(good(me)).toMatchObject({ accounts: [], organizations: [] });
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
