import { expect, test } from "vitest";
import { deviceName } from "../../src/idp/pages/account/device-name.ts";
import { eventsBy, good } from "../core/support.ts";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication, password, tokenIn } from "../idp/application.ts";
import { newBrowser } from "../idp/browser.ts";
import { walk } from "../idp/walk.ts";

const world = await createWorld();

const pages = ["", "/sessions", "/devices", "/tokens", "/tokens/new", "/organizations", "/applications", "/password"];

/** Signs in on the way to a page of the portal. */
const enter = async (app: Application, path = "", browser = newBrowser()) => {
  const first = await walk(browser, app.url)(`${app.url}/ui/account${path}`);
  const second = await first.submit({ identifier: "ada@example.com" });
  return { browser, page: await second.submit({ password }) };
};
const typesBy = async (app: Application, work: () => Promise<unknown>) =>
  (await eventsBy(app.api, work)).map(({ type }) => type);
const idIn = (html: string) => /name="id" value="([^"]+)"/.exec(html)?.[1] ?? "";

test("whoever is not signed in does that first and comes back; nothing is sent to a page without the form's token", async () => {
  const app = await newApplication(world);
  for (const path of pages) {
    const browser = newBrowser();
    const address = `${app.url}/ui/account${path}`;
    const { status, headers } = await browser.send(address);
    expect([status, headers.get("location")], path).toEqual([303, expect.stringContaining("/authorize?")]);
    const { page } = await enter(app, path);
    expect([page.status, page.url]).toEqual([200, address]);
    const refused = await page.submit({ csrf: "x", intent: "revoke", id: "x" });
    expect(refused.status, path).toBe(403);
  }
});

test("an account's pages are off where the settings say so", async () => {
  const app = await newApplication(world);
  const { browser } = await enter(app);
  good(await app.api.patch(app.issuer, { settings: { portals: { profile: { enabled: false } } } }));
  // Other processes hear of the change when it has committed.
  await expect.poll(async () => (await browser.send(`${app.url}/ui/account`)).status).toBe(404);
});

test("a user changes the profile, and is told of what is wrong beside the field", async () => {
  const app = await newApplication(world);
  const { page } = await enter(app);
  const wrong = await page.submit({ first_name: "Grace", zoneinfo: "Mars/Base", picture_url: "javascript:alert(1)" });
  expect(wrong.status).toBe(400);
  expect(wrong.html).toContain("field-zoneinfo-error");
  expect(wrong.html).toContain("field-picture_url-error");
  const types = await typesBy(app, async () => {
    const saved = await wrong.submit({
      first_name: "Grace",
      last_name: "Hopper",
      locale: "fr",
      zoneinfo: "Europe/Paris",
    });
    expect([saved.status, saved.html.includes("Grace")]).toEqual([200, true]);
    expect(saved.url).toContain("?done=saved");
  });
  expect(types).toEqual(["user.updated"]);
  const { profile } = good(await app.api.get(`${app.issuer}/users/${app.user.id}`));
  expect(profile).toMatchObject({ first_name: "Grace", locale: "fr", picture_url: null, email: "ada@example.com" });
});

test("a session that is ended elsewhere is over there; one of somebody else is not found", async () => {
  const app = await newApplication(world);
  const other = await enter(app);
  const { page } = await enter(app, "/sessions");
  expect(page.html).toContain("This session");
  const foreign = await page.submit({ intent: "revoke", id: "s_0000000000000000000000000" });
  expect(foreign.status).toBe(404);
  const types = await typesBy(app, async () => {
    const ended = await page.submit({ intent: "revoke", id: idIn(page.html) });
    expect([ended.status, idIn(ended.html)]).toEqual([200, ""]);
  });
  expect(types).toEqual(["session.terminated"]);
  expect((await other.browser.send(`${app.url}/ui/account`)).status).toBe(303);
  const third = await enter(app);
  await page.submit({ intent: "revoke_others" });
  expect((await third.browser.send(`${app.url}/ui/account`)).status).toBe(303);
});

test("another user's session, token and membership are not found", async () => {
  const app = await newApplication(world);
  const bob = good(
    await app.api.post(`${app.issuer}/users`, { username_type: "unique-name", username: "bob", password }),
  );
  const token = good(await app.api.post(`${app.issuer}/users/${bob.id}/tokens`, { name: "his" }));
  good(await app.api.post(`${app.organization}/members`, { member_id: bob.id, scopes: ["a:b"] }));
  const browser = newBrowser();
  const first = await walk(browser, app.url)(`${app.url}/ui/account`);
  await (await first.submit({ identifier: "bob" })).submit({ password });
  const [session] = good(await app.api.get(`${app.issuer}/users/${bob.id}/sessions`));
  const { page } = await enter(app);
  const at = (path: string) => `${app.url}/ui/account${path}`;
  expect((await page.submit({ intent: "revoke", id: session.id }, at("/sessions"))).status).toBe(404);
  expect((await page.submit({ intent: "revoke", id: token.id }, at("/tokens"))).status).toBe(404);
  expect((await page.submit({ intent: "leave", id: app.orgId }, at("/organizations"))).status).toBe(404);
  expect((await page.submit({ intent: "revoke", id: app.client.id }, at("/applications"))).status).toBe(404);
  expect((await page.submit({ intent: "remove", id: "dev_x" }, at("/devices"))).status).toBe(404);
  expect((await browser.send(at(""))).status).toBe(200);
});

test("a personal token is shown once, works, and works no more once it is revoked", async () => {
  const app = await newApplication(world);
  const { page } = await enter(app, "/tokens/new");
  expect((await page.submit({ name: "", expires: "30" })).status).toBe(400);
  const created = await page.submit({ name: "my script", expires: "30", "scope:*:**": "yes" });
  const plain = /<p class="secret[^>]*>([^<]+)</.exec(created.html)?.[1] ?? "";
  expect(good(await meWith(world, plain))).toMatchObject({ user_id: app.user.id });
  const list = await created.open(`${app.url}/ui/account/tokens`);
  expect(list.html).toContain("my script");
  expect(list.html).not.toContain(plain);
  const types = await typesBy(app, () => list.submit({ intent: "revoke", id: idIn(list.html) }));
  expect(types).toEqual(["user.personal-token.revoked"]);
  expect((await meWith(world, plain)).status).toBe(401);
});

test("a password is changed by who knows it, and every other session ends", async () => {
  const app = await newApplication(world);
  const other = await enter(app);
  const { browser, page } = await enter(app, "/password");
  const wrong = await page.submit({ current: "not this one", password: "a brand new passphrase" });
  expect([wrong.status, wrong.html.includes("field-current-error")]).toEqual([400, true]);
  for (const bad of ["short", "password123", password]) {
    const refused = await page.submit({ current: password, password: bad });
    expect([refused.status, refused.html.includes("field-password-error")], bad).toEqual([400, true]);
  }
  const types = await typesBy(app, async () => {
    const changed = await page.submit({ current: password, password: "a brand new passphrase" });
    expect(changed.html).toContain("Your password has been changed");
  });
  expect(types).toContain("user.password.changed");
  expect((await other.browser.send(`${app.url}/ui/account`)).status).toBe(303);
  expect((await browser.send(`${app.url}/ui/account`)).status).toBe(200);
});

test("an application whose access is removed is signed out, and asks again", async () => {
  const app = await newApplication(world, {}, { type: "external" });
  const browser = newBrowser();
  const { url, verifier } = app.authorizeUrl({ scope: "openid email offline_access" });
  const first = await walk(browser, app.url)(url);
  const asked = await (await first.submit({ identifier: "ada@example.com" })).submit({ password });
  const back = await asked.submit({ decision: "allow" });
  const { body } = await app.exchange({ answer: new URL(back.url).searchParams, verifier });
  const page = await walk(browser, app.url)(`${app.url}/ui/account/applications`);
  expect(page.html).toContain("See your email address");
  const types = await typesBy(app, () => page.submit({ intent: "revoke", id: idIn(page.html) }));
  expect(types.toSorted()).toEqual(["session.terminated", "user.consent.revoked"]);
  expect((await meWith(world, body.access_token)).status).toBe(401);
  expect((await app.refresh(body.refresh_token)).status).toBe(400);
  expect((await walk(browser, app.url)(app.authorizeUrl().url)).url).toMatch(/\/consent$/);
});

test("a member leaves an organization", async () => {
  const app = await newApplication(world);
  good(await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["a:b"] }));
  const { page } = await enter(app, "/organizations");
  expect(page.html).toContain("Globex");
  const types = await typesBy(app, () => page.submit({ intent: "leave", id: app.orgId }));
  expect(types).toEqual(["organization.membership.deleted"]);
  expect((await app.api.get(`${app.organization}/members/${app.user.id}`)).status).toBe(404);
});

test("a trusted device is forgotten", async () => {
  const app = await newApplication(world);
  const devices = `${app.issuer}/users/${app.user.id}/trusted-devices`;
  const body = { fingerprint: "f".repeat(64), name: "Laptop" };
  const made = await app.api.post(devices, body);
  if (made.status >= 300) throw new Error(made.text);
  const { page } = await enter(app, "/devices");
  expect(page.html).toContain("Laptop");
  const types = await typesBy(app, () => page.submit({ intent: "remove", id: idIn(page.html) }));
  expect(types).toEqual(["user.device.revoked"]);
});

test("who signs out, or is blocked, is at no page any more", async () => {
  const app = await newApplication(world);
  const { browser, page } = await enter(app);
  const types = await typesBy(app, async () => {
    const over = await page.submit({}, `${app.url}/ui/account/sign-out`);
    expect([over.status, over.url]).toEqual([200, `${app.url}/logout`]);
  });
  expect(types).toEqual(["session.terminated"]);
  expect((await browser.send(`${app.url}/ui/account`)).status).toBe(303);
  expect((await page.submit({}, `${app.url}/ui/account/sign-out`)).url).toBe(`${app.url}/logout`);
  const again = await enter(app, "/sessions");
  good(await app.api.post(`${app.issuer}/users/${app.user.id}/block`));
  expect((await again.browser.send(`${app.url}/ui/account`)).status).toBe(303);
  const form = { csrf: tokenIn(again.page.html), intent: "revoke_others" };
  const sent = await again.browser.send(`${app.url}/ui/account/sessions`, { method: "POST", form });
  expect(sent.headers.get("location")).toContain("/authorize?");
});

test("a device is named in words", () => {
  expect(deviceName("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe("Firefox, Linux");
  const edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
  expect(deviceName(edge)).toBe("Edge, Windows");
  expect(deviceName("curl/8")).toBeNull();
  expect(deviceName(null)).toBeNull();
});
