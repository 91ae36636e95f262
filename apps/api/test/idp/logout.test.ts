import { SignJWT } from "jose";
import { expect, test } from "vitest";
import { eventsBy, good } from "../core/support.ts";
import { meWith, signingKeyOf } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication, password, tokenIn } from "./application.ts";
import { type Browser, newBrowser } from "./browser.ts";

const world = await createWorld();

const afterwards = "https://app.example.com/bye";
const newApp = () => newApplication(world, { openid: { post_logout_redirect_uris: [afterwards] } });
const signedIn = async (app: Application) => {
  const back = await app.authorize();
  return { browser: back.browser, tokens: (await app.exchange(back)).body };
};
const logoutUrl = (app: Application, params: Record<string, string> = {}) =>
  `${app.url}/logout?${new URLSearchParams(params)}`;
const at = async (browser: Browser, url: string, form?: Record<string, string>) => {
  const response = await browser.send(url, form ? { method: "POST", form } : {});
  const text = await response.text();
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1];
  return { status: response.status, location: response.headers.get("location"), headers: response.headers, text, csrf };
};
const isSignedIn = async (app: Application, browser: Browser) =>
  (await app.authorize({ prompt: "none" }, browser)).answer.get("error") === null;

test("with an ID token of its own session a client signs out at once, and is given its user back", async () => {
  const app = await newApp();
  const { browser, tokens } = await signedIn(app);
  // Run out, and still a hint.
  world.server.clock.advance(2 * 3_600_000);
  const events = await eventsBy(app.api, async () => {
    const params = { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterwards, state: "a b" };
    const answer = await at(browser, logoutUrl(app, params));
    expect([answer.status, answer.location]).toEqual([303, `${afterwards}?state=a+b`]);
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
  expect(events).toMatchObject([
    {
      ...{ type: "session.terminated", source: "idp", trigger: "logout" },
      auth: { type: "user", user_id: app.user.id, client_id: app.client.id },
      data: { counts: { rp_sessions: 1 } },
    },
  ]);
  expect([...browser.cookies.keys()].filter((name) => name.startsWith("authpi_session"))).toEqual([]);
  expect(await isSignedIn(app, browser)).toBe(false);
  expect((await app.refresh(tokens.refresh_token)).body).toMatchObject({ error: "invalid_grant" });
  expect((await meWith(world, tokens.access_token)).status).toBe(401);
  const sessions = good(await app.api.get(`${app.issuer}/sessions`));
  expect(sessions.map(({ status }: { status: string }) => status)).toEqual(["revoked", "revoked"]);
});

test("a cookie that somebody kept does not bring the session back", async () => {
  const app = await newApp();
  const { browser, tokens } = await signedIn(app);
  const kept = new Map(browser.cookies);
  await at(browser, logoutUrl(app, { id_token_hint: tokens.id_token }));
  browser.cookies.clear();
  for (const [name, cookie] of kept) browser.cookies.set(name, cookie);
  expect(await isSignedIn(app, browser)).toBe(false);
});

test("without a hint the person is asked, and a form of another site is not an answer", async () => {
  const app = await newApp();
  const { browser, tokens } = await signedIn(app);
  const url = logoutUrl(app, { client_id: app.client.id, post_logout_redirect_uri: afterwards, state: "x" });
  const asked = await at(browser, url);
  expect([asked.status, asked.headers.get("x-frame-options")]).toEqual([200, "DENY"]);
  expect(asked.headers.get("content-security-policy")).toContain("form-action 'self' https://app.example.com;");
  for (const csrf of ["", "wrong", "A".repeat(43)]) expect((await at(browser, url, { csrf })).status).toBe(403);
  const stranger = await signedIn(app);
  const theirs = await at(stranger.browser, url);
  expect((await at(browser, url, { csrf: theirs.csrf ?? "" })).status).toBe(403);
  expect(await isSignedIn(app, browser)).toBe(true);
  const confirmed = await at(browser, url, { csrf: asked.csrf ?? "" });
  expect([confirmed.status, confirmed.location]).toEqual([303, `${afterwards}?state=x`]);
  expect(await isSignedIn(app, browser)).toBe(false);
  expect((await meWith(world, tokens.access_token)).status).toBe(401);
  expect(await isSignedIn(app, stranger.browser)).toBe(true);
});

test("an ID token of another session does not end this one unasked", async () => {
  const app = await newApp();
  const [mine, other] = [await signedIn(app), await signedIn(app)];
  const answer = await at(mine.browser, logoutUrl(app, { id_token_hint: other.tokens.id_token }));
  expect([answer.status, answer.csrf]).toEqual([200, expect.any(String)]);
  for (const { browser } of [mine, other]) expect(await isSignedIn(app, browser)).toBe(true);
});

test("a POST is taken as what a link would say; signed out already, nobody is asked", async () => {
  const app = await newApp();
  const { browser, tokens } = await signedIn(app);
  const form = { id_token_hint: tokens.id_token, post_logout_redirect_uri: afterwards };
  const posted = await at(browser, `${app.url}/logout`, form);
  expect([posted.status, posted.location]).toEqual([303, logoutUrl(app, form)]);
  expect((await at(browser, posted.location ?? "")).location).toBe(afterwards);
  expect((await at(browser, posted.location ?? "")).location).toBe(afterwards);
  expect(await at(browser, logoutUrl(app))).toMatchObject({ status: 200, csrf: undefined });
  expect((await fetch(`${app.url}/logout`, { method: "DELETE" })).status).toBe(405);
});

test("what does not fit is told on a page: nobody is sent anywhere, and nothing ends", async () => {
  const [app, elsewhere] = [await newApp(), await newApp()];
  const { browser, tokens } = await signedIn(app);
  const foreign = (await signedIn(elsewhere)).tokens;
  const { kid, alg, key } = await signingKeyOf(world, app.issuerId);
  const claims = { iss: app.url, aud: app.client.id, sub: app.user.id };
  const bad: Record<string, string>[] = [
    { post_logout_redirect_uri: afterwards },
    ...[`${afterwards}/`, `${afterwards}?x=1`, "https://evil.example/bye", "javascript:alert(1)"].map((uri) => ({
      ...{ client_id: app.client.id, post_logout_redirect_uri: uri },
    })),
    { client_id: app.client.id, post_logout_redirect_uri: app.redirectUri },
    { client_id: elsewhere.client.id, post_logout_redirect_uri: afterwards },
    { id_token_hint: tokens.id_token, client_id: elsewhere.client.id },
    { id_token_hint: foreign.id_token, post_logout_redirect_uri: afterwards },
    { id_token_hint: tokens.access_token },
    { id_token_hint: `${tokens.id_token.slice(0, -4)}AAAA` },
    { id_token_hint: await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: "logout+jwt" }).sign(key) },
    { id_token_hint: await new SignJWT({ ...claims, iss: elsewhere.url }).setProtectedHeader({ alg, kid }).sign(key) },
    { id_token_hint: "x" },
  ];
  for (const params of bad) {
    const answer = await at(browser, logoutUrl(app, params));
    expect([params, answer.status, answer.location, answer.csrf]).toEqual([params, 400, null, undefined]);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
  }
  expect((await at(browser, `${logoutUrl(app, { client_id: app.client.id })}&client_id=x`)).status).toBe(400);
  expect(await isSignedIn(app, browser)).toBe(true);
});

test("a key that was retired still vouches for what it signed", async () => {
  const app = await newApp();
  const { browser, tokens } = await signedIn(app);
  await world.sql("update issuer_signing_keys set status = 'retired' where issuer_id = $1 and alg = 'ES256'", [
    app.issuerId,
  ]);
  await world.sql("update issuers set version = version + 1 where id = $1", [app.issuerId]);
  await world.sql("select pg_notify('issuer_changed', $1)", [app.issuerId]);
  const answer = await at(browser, logoutUrl(app, { id_token_hint: tokens.id_token }));
  expect([answer.status, answer.csrf]).toEqual([200, undefined]);
  expect(answer.text).toContain("signed out");
});

test("each client that wants to know is told", async () => {
  const backchannel_logout_uri = "https://app.example.com/logged-out";
  const app = await newApplication(world, { openid: { backchannel_logout_uri } });
  const { browser, tokens } = await signedIn(app);
  await at(browser, logoutUrl(app, { id_token_hint: tokens.id_token }));
  const jobs = await world.sql(
    "select data from pgboss.job where name = 'backchannel.logout' and data ->> 'issuerId' = $1",
    [app.issuerId],
  );
  const sessionId = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url").toString()).sid;
  expect(jobs).toEqual([{ data: { accountId: app.accountId, issuerId: app.issuerId, sessionId } }]);
});

test("a sign-in that led to no client yet is ended as well", async () => {
  const app = await newApplication(world, {}, { type: "external" });
  const browser = newBrowser();
  const { url } = app.authorizeUrl();
  const { url: asked } = await browser.follow(url, app.url);
  const form = async (fields: Record<string, string>, where: string) => {
    const csrf = tokenIn(await (await browser.send(where)).text());
    const sent = await browser.send(where, { method: "POST", form: { ...fields, csrf } });
    return new URL(sent.headers.get("location") ?? "", where).href;
  };
  const next = await form({ identifier: "ada@example.com" }, asked);
  await browser.follow(await form({ password }, next), app.url);
  const page = await at(browser, logoutUrl(app));
  expect(page.csrf).toBeDefined();
  const done = await at(browser, logoutUrl(app), { csrf: page.csrf ?? "" });
  expect([done.status, done.csrf]).toEqual([200, undefined]);
  expect([...browser.cookies.keys()].filter((name) => name.startsWith("authpi_session"))).toEqual([]);
});

test("pages are in the language that is asked for", async () => {
  const app = await newApp();
  const { browser } = await signedIn(app);
  const asked = await at(browser, logoutUrl(app, { client_id: app.client.id, ui_locales: "fr en" }));
  expect(asked.headers.get("content-language")).toBe("fr");
  const refused = await browser.send(`${app.authorizeUrl({ client_id: "nobody", ui_locales: "fr" }).url}`);
  expect([refused.status, refused.headers.get("content-language")]).toEqual([400, "fr"]);
  expect(await refused.text()).toContain("invalid_client");
});
