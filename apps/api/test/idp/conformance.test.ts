import { createRemoteJWKSet, decodeJwt, generateKeyPair, jwtVerify, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import { good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { startReceiver } from "../webhooks/receiver.ts";
import { newApplication, tokenIn } from "./application.ts";
import { type Browser, newBrowser } from "./browser.ts";

/*
 * What the modules of the OpenID Foundation's conformance suite ask, as docs/conformance.md lists them. Their client sends no
 * challenge, authenticates itself by its secret, and reads claims at userinfo.
 */
const world = await createWorld();
const app = await newApplication(world, { openid: { require_pkce: false } });
const { profile } = good(
  await app.api.patch(`${app.issuer}/users/${app.user.id}`, {
    profile: {
      ...{ phone: "+33123456789", address: { street_address: "1 rue Ada", locality: "Paris", country: "FR" } },
      ...{
        locale: "fr-FR",
        zoneinfo: "Europe/Paris",
        birthdate: "1815-12-10",
        picture_url: "https://example.com/ada.png",
      },
    },
  }),
);

const urlOf = (params: Record<string, string | undefined> = {}): string => {
  const usual = { response_type: "code", client_id: app.client.id, redirect_uri: app.redirectUri, scope: "openid" };
  const query = Object.entries({ ...usual, state: "a-state", nonce: "a-nonce", ...params });
  const sent = query.filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${app.url}/authorize?${new URLSearchParams(sent)}`;
};
/** What the client is told at its redirect URI. */
const ask = async (params: Record<string, string | undefined> = {}, browser: Browser = newBrowser()) =>
  new URL(await app.visit(urlOf(params), browser)).searchParams;
const formOf = (answer: URLSearchParams) => ({
  ...{ grant_type: "authorization_code", code: answer.get("code") ?? "", redirect_uri: app.redirectUri },
});
const keys = createRemoteJWKSet(new URL(`${app.url}/jwks.json`));
/** Tokens by a request, and what the ID token says once it is verified. */
const signIn = async (params: Record<string, string | undefined> = {}, browser: Browser = newBrowser()) => {
  const answer = await ask(params, browser);
  expect(Object.fromEntries(answer)).toMatchObject({ state: "a-state", iss: app.url, code: expect.any(String) });
  const { status, body } = await app.token(formOf(answer));
  expect([status, body.error_description]).toEqual([200, undefined]);
  const held = { issuer: app.url, audience: app.client.id, currentDate: new Date(world.server.clock.now()) };
  const { payload, protectedHeader } = await jwtVerify(body.id_token, keys, held);
  expect(payload.sub).toBe(app.user.id);
  return { browser, tokens: body, claims: payload, header: protectedHeader };
};
const userinfo = async (token: string, init: RequestInit = { headers: { authorization: `Bearer ${token}` } }) => {
  const response = await fetch(`${app.url}/userinfo`, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
/** The page that a person sees first. */
const pageOf = async (params: Record<string, string>) => {
  const { response, url } = await newBrowser().follow(urlOf(params), app.url);
  return { status: response.status, url, headers: response.headers, html: await response.text() };
};
/** Moves what the library reads of the time as well. */
const systemNow = Date.now;
let ahead = 0;
vi.spyOn(Date, "now").mockImplementation(() => systemNow() + ahead);
const later = (ms: number) => {
  ahead += ms;
};
afterAll(() => {
  vi.restoreAllMocks();
});
// A minute apart, so that one address may sign in as often as here.
afterEach(() => later(60_000));

test("the code flow gives a verifiable ID token with the nonce of its request", async () => {
  const { claims, header } = await signIn();
  expect(claims).toMatchObject({ nonce: "a-nonce", aud: app.client.id, iat: expect.any(Number) });
  expect(Number(claims.exp) - Number(claims.iat)).toBe(3600);
  expect(header).toEqual({ alg: "ES256", kid: expect.any(String) });
});

test("a request without a nonce succeeds, and its ID token has none", async () => {
  expect((await signIn({ nonce: undefined })).claims).not.toHaveProperty("nonce");
});

test("no response type is invalid_request, another than code is unsupported_response_type", async () => {
  const missing = await newBrowser().send(urlOf({ response_type: undefined }));
  const told = new URL(missing.headers.get("location") ?? "");
  expect(`${told.origin}${told.pathname}`).toBe(app.redirectUri);
  expect(Object.fromEntries(told.searchParams)).toMatchObject({ error: "invalid_request", state: "a-state" });
  for (const response_type of ["token", "id_token", "code id_token", "nonsense"]) {
    const answer = await newBrowser().send(urlOf({ response_type }));
    const location = answer.headers.get("location") ?? "";
    expect([response_type, /[?&#]error=(\w+)/.exec(location)?.[1]]).toEqual([
      response_type,
      "unsupported_response_type",
    ]);
  }
});

test("an ID token that nobody signed cannot be asked for", async () => {
  const openid = { redirect_uris: [app.redirectUri] };
  const body = { name: "Unsigned", type: "internal", confidential: true };
  const settings = { response_signature_alg: "none", openid };
  expect((await app.api.post(`${app.issuer}/clients`, { ...body, settings })).status).toBe(400);
});

test("userinfo answers a GET, a POST with the header, and a POST with the token in its form", async () => {
  const { access_token } = (await signIn()).tokens;
  const authorization = `Bearer ${access_token}`;
  const form = new URLSearchParams({ access_token });
  for (const init of [
    { headers: { authorization } },
    { method: "POST", headers: { authorization } },
    { method: "POST", body: form },
  ]) {
    expect(await userinfo(access_token, init)).toMatchObject({ status: 200, body: { sub: app.user.id } });
  }
});

const shown = {
  profile: {
    ...{ name: "Ada Lovelace", given_name: "Ada", family_name: "Lovelace", picture: "https://example.com/ada.png" },
    ...{ locale: "fr-FR", zoneinfo: "Europe/Paris", birthdate: "1815-12-10", updated_at: expect.any(Number) },
  },
  email: { email: "ada@example.com", email_verified: profile.email_verified },
  address: { address: profile.address },
  phone: { phone_number: "+33123456789", phone_number_verified: profile.phone_verified },
};
test.each(Object.entries(shown))(
  "the scope %s shows its claims at userinfo and in the ID token, and no others",
  async (name, expected) => {
    const { tokens, claims } = await signIn({ scope: `openid ${name}` });
    expect((await userinfo(tokens.access_token)).body).toEqual({ sub: app.user.id, organizations: [], ...expected });
    const others = Object.values(shown).flatMap((one) => (one === expected ? [] : Object.keys(one)));
    expect(claims).toMatchObject(expected);
    for (const claim of others) expect(claims).not.toHaveProperty(claim);
  },
);

test("all scopes at once, in any order, show all claims", async () => {
  const names = ["openid", ...Object.keys(shown)];
  const all = Object.assign({ sub: app.user.id, organizations: [] }, ...Object.values(shown));
  for (const scope of [names.join(" "), names.reverse().join(" ")]) {
    const { tokens } = await signIn({ scope });
    expect((await userinfo(tokens.access_token)).body).toEqual(all);
  }
});

test("display=page and display=popup show the page to sign in", async () => {
  for (const display of ["page", "popup"]) {
    expect(await pageOf({ display })).toMatchObject({
      status: 200,
      html: expect.stringContaining('name="identifier"'),
    });
    await signIn({ display });
  }
});

test("prompt=login asks again, and auth_time is that of the second time", async () => {
  const { browser, claims } = await signIn({ max_age: "10000" });
  later(2000);
  const { url } = await browser.follow(urlOf({ prompt: "login" }), app.url);
  expect(url).toContain("/ui/interaction/");
  const again = await signIn({ prompt: "login" }, browser);
  expect(Number(again.claims.auth_time)).toBeGreaterThan(Number(claims.auth_time));
});

test("prompt=none is login_required for a stranger, and silent for who is signed in", async () => {
  expect(Object.fromEntries(await ask({ prompt: "none" }))).toMatchObject({
    error: "login_required",
    state: "a-state",
  });
  const { browser, claims } = await signIn({ max_age: "10000" });
  const location = (await browser.send(urlOf({ prompt: "none" }))).headers.get("location");
  expect(location).toContain(`${app.redirectUri}?code=`);
  const silent = await signIn({ prompt: "none" }, browser);
  expect(silent.claims).toMatchObject({ sub: claims.sub, auth_time: claims.auth_time });
});

test("max_age=1 asks again after two seconds, and auth_time is newer", async () => {
  const { browser, claims } = await signIn();
  later(2000);
  const again = await signIn({ max_age: "1" }, browser);
  expect(Number(again.claims.auth_time)).toBeGreaterThan(Number(claims.auth_time));
  later(2000);
  expect((await ask({ max_age: "1", prompt: "none" }, browser)).get("error")).toBe("login_required");
});

test("max_age=10000 does not ask again, and auth_time stays", async () => {
  const { browser, claims } = await signIn({ max_age: "10000" });
  expect(claims.auth_time).toEqual(expect.any(Number));
  later(2000);
  const again = await signIn({ max_age: "10000", prompt: "none" }, browser);
  expect(again.claims.auth_time).toBe(claims.auth_time);
});

test("an unknown parameter is ignored", async () => {
  await signIn({ extra: "foobar" });
});

test("an ID token as a hint lets prompt=none go on for its user", async () => {
  const { browser, tokens, claims } = await signIn();
  const silent = await signIn({ prompt: "none", id_token_hint: tokens.id_token }, browser);
  expect(silent.claims.sub).toBe(claims.sub);
  expect((await ask({ prompt: "none", id_token_hint: tokens.id_token })).get("error")).toBe("login_required");
});

test("a login hint is filled in", async () => {
  expect((await pageOf({ login_hint: "ada@example.com" })).html).toContain('value="ada@example.com"');
  await signIn({ login_hint: "ada@example.com" });
});

test("ui_locales chooses the page's language, and one that is not there is no error", async () => {
  expect((await pageOf({ ui_locales: "fr en" })).headers.get("content-language")).toBe("fr");
  expect((await pageOf({ ui_locales: "se" })).status).toBe(200);
  await signIn({ ui_locales: "se" });
});

test("claims_locales is no error", async () => {
  await signIn({ claims_locales: "se" });
});

test("acr_values are no error, and the ID token says which class was reached", async () => {
  expect((await signIn({ acr_values: "1 2" })).claims.acr).toBe("1");
  await signIn({ acr_values: "urn:nobody:knows" });
});

test("a code that comes twice is refused", async () => {
  const answer = await ask();
  expect((await app.token(formOf(answer))).status).toBe(200);
  expect(await app.token(formOf(answer))).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a code that comes again after 30 seconds is refused, and what it gave is dead", async () => {
  const answer = await ask();
  const { access_token } = (await app.token(formOf(answer))).body;
  later(31_000);
  expect((await userinfo(access_token)).status).toBe(200);
  expect(await app.token(formOf(answer))).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
  expect((await userinfo(access_token)).status).toBe(401);
});

test("an unregistered redirect URI is told on a page", async () => {
  const answer = await newBrowser().send(urlOf({ redirect_uri: `${app.redirectUri}/other` }));
  expect([answer.status, answer.headers.get("location")]).toEqual([400, null]);
  expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
});

test("an authorization request may be a POST", async () => {
  const browser = newBrowser();
  const { origin, pathname, searchParams } = new URL(urlOf());
  const posted = await browser.send(`${origin}${pathname}`, { method: "POST", form: Object.fromEntries(searchParams) });
  expect(posted.status).toBe(303);
  const answer = new URL(await app.visit(posted.headers.get("location") ?? "", browser)).searchParams;
  expect((await app.token(formOf(answer))).status).toBe(200);
});

test("a client of client_secret_post gets tokens by it", async () => {
  const openid = { token_endpoint_auth_method: "client_secret_post", require_pkce: false };
  const body = { name: "Post", type: "internal", confidential: true };
  const settings = { openid: { ...openid, redirect_uris: [app.redirectUri] } };
  const { id, secret } = good(await app.api.post(`${app.issuer}/clients`, { ...body, settings }));
  const answer = await ask({ client_id: id });
  const { status, body: tokens } = await app.token({ ...formOf(answer), client_id: id, client_secret: secret }, {});
  expect([status, decodeJwt(tokens.id_token).aud]).toEqual([200, id]);
});

test("request objects are rejected as unsupported, by value and by reference", async () => {
  const request = new UnsecuredJWT({ redirect_uri: "https://evil.example/", nonce: "x" }).encode();
  expect((await ask({ request })).get("error")).toBe("request_not_supported");
  const request_uri = "https://app.example.com/request.jwt";
  expect((await ask({ request_uri })).get("error")).toBe("request_uri_not_supported");
});

test("a refresh token gives new tokens of the same user and time", async () => {
  const { tokens, claims } = await signIn({ scope: "openid offline_access" });
  const fresh = (await app.refresh(tokens.refresh_token)).body;
  expect(decodeJwt(fresh.id_token)).toMatchObject({
    ...{ iss: claims.iss, sub: claims.sub, aud: claims.aud, auth_time: claims.auth_time },
  });
  expect((await userinfo(fresh.access_token)).status).toBe(200);
  const body = {
    name: "Other",
    type: "internal",
    confidential: true,
    settings: { openid: { redirect_uris: [app.redirectUri] } },
  };
  const other = good(await app.api.post(`${app.issuer}/clients`, body));
  const authorization = `Basic ${btoa(`${other.id}:${other.secret}`)}`;
  const form = { grant_type: "refresh_token", refresh_token: fresh.refresh_token };
  expect(await app.token(form, { authorization })).toMatchObject({ status: 400, body: { error: "invalid_grant" } });
});

test("a request with a challenge is good with its verifier, and with no other", async () => {
  expect((await app.exchange(await app.authorize())).status).toBe(200);
  expect((await app.exchange(await app.authorize(), { code_verifier: "a".repeat(43) })).status).toBe(400);
});

const logout = async (browser: Browser, params: Record<string, string>, form?: Record<string, string>) => {
  const url = `${app.url}/logout?${new URLSearchParams(params)}`;
  const response = await browser.send(url, form ? { method: "POST", form } : {});
  const html = await response.text();
  return { status: response.status, location: response.headers.get("location"), csrf: tokenIn(html), html };
};
const isSignedIn = async (browser: Browser) => (await ask({ prompt: "none" }, browser)).get("error") === null;

test("a logout without parameters, or with a state alone, asks and then ends on a page", async () => {
  for (const params of [{}, { state: "a-state" }]) {
    const { browser } = await signIn();
    const asked = await logout(browser, params);
    expect([asked.status, asked.csrf]).toEqual([200, expect.stringMatching(/./)]);
    expect(await isSignedIn(browser)).toBe(true);
    const ended = await logout(browser, params, { csrf: asked.csrf });
    expect([ended.status, ended.location]).toEqual([200, null]);
    expect(await isSignedIn(browser)).toBe(false);
  }
});

test("a logout with a hint alone ends on a page", async () => {
  const { browser, tokens } = await signIn();
  const ended = await logout(browser, { id_token_hint: tokens.id_token, state: "a-state" });
  expect([ended.status, ended.location, ended.csrf]).toEqual([200, null, ""]);
  expect(await isSignedIn(browser)).toBe(false);
});

test("a hint that somebody else signed is told on a page", async () => {
  const { browser, claims, header } = await signIn();
  const { privateKey } = await generateKeyPair("ES256");
  const kid = String(header.kid);
  const id_token_hint = await new SignJWT(claims).setProtectedHeader({ alg: "ES256", kid }).sign(privateKey);
  expect(await logout(browser, { id_token_hint })).toMatchObject({ status: 400, location: null });
  expect(await isSignedIn(browser)).toBe(true);
});

test("a logout of a client is told to its back channel, by a token of the issuer", async () => {
  const receiver = await startReceiver();
  good(
    await app.api.patch(`${app.issuer}/clients/${app.client.id}`, {
      settings: { openid: { backchannel_logout_uri: receiver.url } },
    }),
  );
  const { browser, tokens, claims } = await signIn();
  await logout(browser, { id_token_hint: tokens.id_token });
  await runJobs(world.server);
  expect(receiver.received).toHaveLength(1);
  const token = new URLSearchParams(receiver.received[0]?.text).get("logout_token") ?? "";
  const held = { issuer: app.url, audience: app.client.id, currentDate: new Date(world.server.clock.now()) };
  const { payload } = await jwtVerify(token, keys, held);
  expect(payload).toMatchObject({ sub: app.user.id, sid: claims.sid });
  expect(payload).not.toHaveProperty("nonce");
});
