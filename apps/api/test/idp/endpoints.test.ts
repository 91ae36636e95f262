import { SignJWT } from "jose";
import { describe, expect, test } from "vitest";
import { rateLimits } from "../../src/domain/rate-limits.ts";
import { eventsBy, good } from "../core/support.ts";
import { meWith, signingKeyOf } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication } from "./application.ts";

const world = await createWorld();

const inactive = '{"active":false}';
const userinfo = async (app: { url: string }, token: string | undefined, init: RequestInit = {}) => {
  const headers = { ...(token !== undefined && { authorization: `Bearer ${token}` }), ...init.headers };
  const response = await fetch(`${app.url}/userinfo`, { ...init, headers });
  const text = await response.text();
  const challenge = response.headers.get("www-authenticate");
  return { status: response.status, headers: response.headers, challenge, body: text ? JSON.parse(text) : undefined };
};
const introspect = (app: Application, token: string, more = {}) => app.post("/introspect", { token, ...more });
const signedIn = async (app: Application, params: Record<string, string> = {}) =>
  (await app.exchange(await app.authorize(params))).body as { access_token: string; refresh_token: string };
/** A second client of the same issuer. */
const neighbour = async (app: Application) => {
  const settings = { openid: { redirect_uris: [app.redirectUri] } };
  const body = { name: "Other", type: "internal", confidential: true, settings };
  const { id, secret } = good(await app.api.post(`${app.issuer}/clients`, body));
  return { id, authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` };
};

describe("userinfo", () => {
  test("says what the token's scopes show, and the organizations always", async () => {
    const app = await newApplication(world);
    await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["invoices:read"] });
    const all = await signedIn(app);
    const organizations = [
      { id: app.orgId, title: "Globex", scopes: ["invoices:read"], joined_at: expect.any(Number) },
    ];
    const { body, headers } = await userinfo(app, all.access_token);
    expect(body).toEqual({
      ...{ sub: app.user.id, organizations, name: "Ada Lovelace", given_name: "Ada", family_name: "Lovelace" },
      ...{ email: "ada@example.com", email_verified: expect.any(Boolean), updated_at: expect.any(Number) },
    });
    expect(headers.get("cache-control")).toBe("no-store");
    const little = await signedIn(app, { scope: "openid" });
    expect((await userinfo(app, little.access_token)).body).toEqual({ sub: app.user.id, organizations });
    const one = await signedIn(app, { scope: "openid", org: app.orgId });
    expect((await userinfo(app, one.access_token)).body).toEqual({
      sub: app.user.id,
      organizations,
      org_id: app.orgId,
    });
    await app.api.patch(`${app.organization}`, { title: "Initech" });
    await app.api.delete(`${app.organization}/members/${app.user.id}`);
    expect((await userinfo(app, little.access_token)).body).toEqual({ sub: app.user.id, organizations: [] });
    expect(await userinfo(app, one.access_token)).toMatchObject({ status: 401, body: { error: "invalid_token" } });
  });

  test("takes the token from the header or a form, by one way", async () => {
    const app = await newApplication(world);
    const { access_token } = await signedIn(app);
    const form = new URLSearchParams({ access_token });
    const byForm = await userinfo(app, undefined, { method: "POST", body: form });
    expect([byForm.status, byForm.body.sub]).toEqual([200, app.user.id]);
    expect((await userinfo(app, access_token, { method: "POST" })).status).toBe(200);
    expect((await userinfo(app, access_token, { method: "HEAD" })).status).toBe(200);
    const both = await userinfo(app, access_token, { method: "POST", body: form });
    expect([both.status, both.body.error]).toEqual([400, "invalid_request"]);
    const query = await fetch(`${app.url}/userinfo?${form}`);
    expect([query.status, query.headers.get("www-authenticate")]).toEqual([401, `Bearer realm="${app.url}"`]);
    expect((await userinfo(app, access_token, { method: "PUT" })).status).toBe(405);
    const preflight = await userinfo(app, undefined, { method: "OPTIONS" });
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
  });

  test("tells bad tokens from poor ones", async () => {
    const [app, other] = [await newApplication(world), await newApplication(world)];
    const { access_token } = await signedIn(app);
    const foreign = await userinfo(other, access_token);
    expect(foreign).toMatchObject({ status: 401, body: { error: "invalid_token" } });
    expect(foreign.challenge).toMatch(/^Bearer realm="[^"]+", error="invalid_token", /);
    expect(foreign.headers.get("access-control-allow-origin")).toBe("*");
    const poor = await signedIn(app, { scope: "email" });
    const refused = await userinfo(app, poor.access_token);
    expect(refused).toMatchObject({ status: 403, body: { error: "insufficient_scope" } });
    expect(refused.challenge).toContain('scope="openid"');
    expect((await userinfo(app, "x.y.z")).status).toBe(401);
  });

  test("nothing but the issuer's own algorithm and key makes a token", async () => {
    const app = await newApplication(world);
    const { access_token } = await signedIn(app);
    const [header = "", payload = "", signature = ""] = access_token.split(".");
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const jwks = await (await fetch(`${app.url}/jwks.json`)).text();
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
    const ed = await signingKeyOf(world, app.issuerId, { alg: "EdDSA" });
    const forged = [
      `${encode({ alg: "none", typ: "at+jwt", kid })}.${payload}.`,
      `${encode({ alg: "none", typ: "at+jwt", kid })}.${payload}.${signature}`,
      await new SignJWT(claims).setProtectedHeader({ alg: "HS256", typ: "at+jwt", kid }).sign(Buffer.from(jwks)),
      // Another of the issuer's keys under this one's name.
      await new SignJWT(claims).setProtectedHeader({ alg: "EdDSA", typ: "at+jwt", kid }).sign(ed.key),
      `${header}.${encode({ ...claims, scope: "openid admin" })}.${signature}`,
      (await app.exchange(await app.authorize())).body.id_token,
    ];
    for (const token of forged) {
      expect(await userinfo(app, token)).toMatchObject({ status: 401, body: { error: "invalid_token" } });
      expect((await introspect(app, token)).text).toBe(inactive);
    }
  });
});

describe("introspection", () => {
  test("shows a client its own live tokens", async () => {
    const app = await newApplication(world, { openid: { grant_types: grants } });
    await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["invoices:read"] });
    const tokens = await signedIn(app, { org: app.orgId });
    const { body, status, header } = await introspect(app, tokens.access_token);
    expect([status, header("cache-control")]).toEqual([200, "no-store"]);
    expect(body).toEqual({
      ...{ active: true, scope: "openid email profile", client_id: app.client.id, sub: app.user.id, iss: app.url },
      ...{ aud: app.client.id, exp: expect.any(Number), iat: expect.any(Number), jti: expect.any(String) },
      ...{ token_type: "Bearer", sid: expect.stringMatching(/^s_/), dat: { type: "identity" }, org_id: app.orgId },
      organizations: [expect.objectContaining({ id: app.orgId, scopes: ["invoices:read"] })],
    });
    for (const hint of ["access_token", "refresh_token", "anything"]) {
      expect((await introspect(app, tokens.access_token, { token_type_hint: hint })).body.active).toBe(true);
      expect((await introspect(app, tokens.refresh_token, { token_type_hint: hint })).body).toMatchObject({
        ...{ active: true, client_id: app.client.id, sub: app.user.id },
      });
    }
    const machine = (await app.token({ grant_type: "client_credentials" })).body;
    expect((await introspect(app, machine.access_token)).body).toMatchObject({ active: true, sub: app.client.id });
    await app.api.delete(`${app.organization}/members/${app.user.id}`);
    for (const token of [tokens.access_token, tokens.refresh_token])
      expect((await introspect(app, token)).text).toBe(inactive);
  });

  test("of everything else it says the same bytes, and asking changes nothing", async () => {
    const [app, elsewhere] = [await newApplication(world), await newApplication(world)];
    const other = await neighbour(app);
    const first = await signedIn(app);
    const second = (await app.refresh(first.refresh_token)).body;
    world.server.clock.advance(4000);
    const theirs = { authorization: other.authorization };
    const answers = [
      await app.post("/introspect", { token: second.access_token }, theirs),
      await app.post("/introspect", { token: second.refresh_token }, theirs),
      await introspect(elsewhere, second.access_token),
      await introspect(elsewhere, second.refresh_token),
      await introspect(app, first.refresh_token),
      await introspect(app, "garbage"),
      await introspect(app, "a.b.c"),
    ];
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(answers.map(() => `200 ${inactive}`));
    expect((await app.refresh(second.refresh_token)).status).toBe(200);
  });

  test("needs a client that can prove who it is, and a token", async () => {
    const app = await newApplication(world, {}, { confidential: false });
    const { access_token } = await app
      .authorize()
      .then((back) =>
        app.token(
          {
            ...{ grant_type: "authorization_code", code: back.answer.get("code") ?? "", client_id: app.client.id },
            ...{ redirect_uri: app.redirectUri, code_verifier: back.verifier },
          },
          {},
        ),
      )
      .then(({ body }) => body);
    const open = await app.post("/introspect", { token: access_token, client_id: app.client.id }, {});
    expect(open).toMatchObject({ status: 401, body: { error: "invalid_client" } });
    expect(open.header("www-authenticate")).toMatch(/^Basic /);
    expect(await app.post("/introspect", { token: access_token }, {})).toMatchObject({ status: 400 });
    const confidential = await newApplication(world);
    expect((await confidential.post("/introspect", {})).body).toMatchObject({ error: "invalid_request" });
    const wrong = { authorization: `Basic ${btoa(`${confidential.client.id}:wrong`)}` };
    expect((await confidential.post("/introspect", { token: "x" }, wrong)).status).toBe(401);
  });
});

describe("revocation", () => {
  test("ends an access token everywhere at once, and nothing beside it", async () => {
    const app = await newApplication(world);
    const tokens = await signedIn(app);
    const answer = await app.post("/revoke", { token: tokens.access_token, token_type_hint: "whatever" });
    expect([answer.status, answer.text]).toEqual([200, ""]);
    expect((await meWith(world, tokens.access_token)).status).toBe(401);
    expect((await userinfo(app, tokens.access_token)).status).toBe(401);
    expect((await introspect(app, tokens.access_token)).text).toBe(inactive);
    expect((await app.post("/revoke", { token: tokens.access_token })).status).toBe(200);
    expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
  });

  test("ends a refresh token's family, and its session", async () => {
    const app = await newApplication(world);
    const first = await signedIn(app);
    const tokens = (await app.refresh(first.refresh_token)).body;
    const events = await eventsBy(app.api, async () => {
      expect(await app.post("/revoke", { token: tokens.refresh_token })).toMatchObject({ status: 200, text: "" });
    });
    expect(events).toMatchObject([{ type: "session.terminated", source: "idp", trigger: "revoke" }]);
    for (const token of [first.refresh_token, tokens.refresh_token]) {
      expect((await app.refresh(token)).body).toMatchObject({ error: "invalid_grant" });
      expect((await introspect(app, token)).text).toBe(inactive);
    }
    expect((await meWith(world, tokens.access_token)).status).toBe(401);
    expect((await meWith(world, first.access_token)).status).toBe(401);
  });

  test("holds beyond the suspension of a session in which it came", async () => {
    const app = await newApplication(world);
    const tokens = await signedIn(app);
    const { sid } = (await introspect(app, tokens.access_token)).body;
    good(await app.api.post(`${app.issuer}/sessions/${sid}/suspend`));
    expect((await introspect(app, tokens.refresh_token)).text).toBe(inactive);
    expect((await app.post("/revoke", { token: tokens.refresh_token })).status).toBe(200);
    expect((await app.api.post(`${app.issuer}/sessions/${sid}/reactivate`)).status).toBe(409);
    expect((await app.refresh(tokens.refresh_token)).body).toMatchObject({ error: "invalid_grant" });
  });

  test("leaves what is another's, and says nothing of it", async () => {
    const [app, elsewhere] = [await newApplication(world), await newApplication(world)];
    const other = await neighbour(app);
    const first = await signedIn(app);
    const tokens = (await app.refresh(first.refresh_token)).body;
    world.server.clock.advance(4000);
    const theirs = { authorization: other.authorization };
    const answers = [
      await app.post("/revoke", { token: tokens.access_token }, theirs),
      await app.post("/revoke", { token: tokens.refresh_token }, theirs),
      await app.post("/revoke", { token: first.refresh_token }, theirs),
      await elsewhere.post("/revoke", { token: tokens.access_token }),
      await elsewhere.post("/revoke", { token: tokens.refresh_token }),
      await app.post("/revoke", { token: "garbage" }),
      await app.post("/revoke", { token: "a.b.c" }),
    ];
    expect(answers.map(({ status, text }) => `${status} ${text}`)).toEqual(answers.map(() => "200 "));
    expect((await userinfo(app, tokens.access_token)).status).toBe(200);
    expect((await app.refresh(tokens.refresh_token)).status).toBe(200);
    expect(await app.post("/revoke", {})).toMatchObject({ status: 400, body: { error: "invalid_request" } });
    expect((await app.post("/revoke", { token: tokens.access_token }, {})).status).toBe(400);
  });
});

describe("keyinfo", () => {
  test("tells an organization's key what it is, and records its use", async () => {
    const [app, other] = [await newApplication(world), await newApplication(world)];
    const made = { name: "CI", restrictions: { scopes: ["invoices:read"] } };
    const { id, secret_plain: plain } = good(await app.api.post(`${app.organization}/api-keys`, made));
    const ask = (url: string, name: string, password: string, method = "GET") =>
      fetch(`${url}/keyinfo`, { method, headers: { authorization: `Basic ${btoa(`${name}:${password}`)}` } });
    const events = await eventsBy(app.api, async () => {
      const answer = await ask(app.url, id, plain);
      expect(answer.headers.get("cache-control")).toBe("no-store");
      const key = await answer.json();
      expect(key).toMatchObject({ id, org_id: app.orgId, issuer_id: app.issuerId, name: "CI", status: "active" });
      expect(JSON.stringify(key)).not.toContain(plain);
    });
    expect(events.map(({ type }) => type)).toEqual(["api-key.verified"]);
    const none = await eventsBy(app.api, async () => {
      expect((await ask(other.url, id, plain)).status).toBe(401);
      expect((await ask(app.url, id, "wrong")).status).toBe(401);
      expect((await ask(app.url, app.key.id, app.key.secret)).status).toBe(401);
      expect((await fetch(`${app.url}/keyinfo`)).status).toBe(401);
      expect((await ask(app.url, id, plain, "POST")).status).toBe(405);
    });
    expect(none).toEqual([]);
  });
});

test("where the database cannot say, nothing is said to be active, revoked or somebody's", async () => {
  const app = await newApplication(world);
  const { access_token } = await signedIn(app);
  await world.sql("alter table denied_tokens rename to denied_tokens_away");
  const answers = [
    await introspect(app, access_token),
    await app.post("/revoke", { token: access_token }),
    await userinfo(app, access_token),
  ];
  await world.sql("alter table denied_tokens_away rename to denied_tokens");
  expect(answers.map(({ status }) => status)).toEqual([503, 503, 503]);
  expect((await introspect(app, access_token)).body.active).toBe(true);
});

describe("bad credentials", () => {
  test("are limited by their source at userinfo and keyinfo; what has run out is none", async () => {
    const app = await newApplication(world);
    const { access_token } = await signedIn(app);
    const limits = { badCredentials: { ...rateLimits.badCredentials, max: 3 } };
    const strict = await world.another({ limits });
    Object.assign(strict.deps, { url: world.server.deps.url, idpUrl: world.server.deps.idpUrl });
    const url = app.url.replace(world.server.url, strict.url);
    const keyinfo = () => fetch(`${url}/keyinfo`, { headers: { authorization: `Basic ${btoa("a:b")}` } });
    world.server.clock.advance(3_600_000);
    for (let at = 0; at < 5; at += 1) expect((await userinfo({ url }, access_token)).status).toBe(401);
    expect([(await userinfo({ url }, "guess")).status, (await keyinfo()).status, (await keyinfo()).status]).toEqual([
      ...[401, 401, 401],
    ]);
    expect([(await userinfo({ url }, "guess")).status, (await keyinfo()).status]).toEqual([429, 429]);
  });
});

describe("a browser", () => {
  test("gets a public client's tokens from the origin of its redirect URIs, and no other", async () => {
    const app = await newApplication(world, {}, { confidential: false });
    const ask = (origin: string, path = "/token", method = "POST") =>
      fetch(`${app.url}${path}`, {
        ...{ method, headers: { origin, "access-control-request-method": "POST" } },
        ...(method === "POST" && {
          body: new URLSearchParams({ client_id: app.client.id, grant_type: "refresh_token" }),
        }),
      });
    const origins = ["https://app.example.com", "https://evil.example", "null"];
    const allowed = async (path: string) =>
      (await Promise.all(origins.map((origin) => ask(origin, path)))).map(({ headers }) =>
        headers.get("access-control-allow-origin"),
      );
    for (const path of ["/token", "/revoke"]) expect(await allowed(path)).toEqual([origins[0], null, null]);
    const preflight = await ask("https://app.example.com", "/token", "OPTIONS");
    expect([preflight.status, preflight.headers.get("access-control-allow-methods")]).toEqual([204, "POST"]);
  });
});

const grants = ["authorization_code", "refresh_token", "client_credentials"];
