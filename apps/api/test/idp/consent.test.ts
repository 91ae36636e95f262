import { expect, test } from "vitest";
import { eventsBy, eventsOf } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "./application.ts";
import { newBrowser } from "./browser.ts";
import { walk } from "./walk.ts";

const world = await createWorld();
const external = async (settings: Record<string, unknown> = {}) => {
  const app = await newApplication(world, { scopes: ["invoices:read"], ...settings }, { type: "external" });
  const browser = newBrowser();
  const open = walk(browser, app.url);
  /** Up to where consent is asked for, or the client. */
  const arrive = async (params: Record<string, string> = {}) => {
    const { url, verifier } = app.authorizeUrl(params);
    const first = await open(url);
    if (!/interaction\/[^/]+$/.test(new URL(first.url).pathname)) return { place: first, verifier };
    const second = await first.submit({ identifier: "ada@example.com" });
    return { place: await second.submit({ password }), verifier };
  };
  return { ...app, browser, open, arrive };
};
const at = (url: string) => new URL(url).searchParams;

test("an external client is let in once, and asked about again only for more", async () => {
  const app = await external();
  const { place: asked, verifier } = await app.arrive({ scope: "openid email offline_access invoices:write" });
  expect(asked.url).toMatch(/\/consent$/);
  expect(asked.html).toContain("See your email address");
  expect(asked.html).toContain("Keep this access while you are away");
  // The client may not have it, whoever agrees.
  expect(asked.html).not.toContain("invoices:write");
  const events = await eventsBy(app.api, async () => {
    const back = await asked.submit({ decision: "allow" });
    expect(at(back.url).get("error_description")).toBeNull();
    const { status, body } = await app.exchange({ answer: at(back.url), verifier });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.scope.split(" ")).toEqual(expect.arrayContaining(["openid", "email"]));
  });
  const granted = events.find(({ type }) => type === "user.consent.granted");
  expect(granted).toMatchObject({
    subject: { user_id: app.user.id, client_id: app.client.id },
    data: { resource: { scopes: ["openid", "email", "offline_access"] } },
  });

  const again = await app.arrive({ scope: "openid email" });
  expect(at(again.place.url).get("code")).not.toBeNull();
  const silent = await app.arrive({ scope: "openid email", prompt: "none" });
  expect(at(silent.place.url).get("code")).not.toBeNull();

  const more = await app.arrive({ scope: "openid invoices:read" });
  expect(more.place.html).toContain("invoices:read");
  const none = await app.arrive({ scope: "openid invoices:read", prompt: "none" });
  expect(at(none.place.url).get("error")).toMatch(/consent_required|interaction_required/);
  const back = await more.place.submit({ decision: "allow" });
  expect(at(back.url).get("code")).not.toBeNull();
  // It is added to what was there.
  const all = await app.arrive({ scope: "openid email invoices:read" });
  expect(at(all.place.url).get("code")).not.toBeNull();
});

test("who denies goes back with access_denied, and is asked the next time", async () => {
  const app = await external();
  const { place } = await app.arrive();
  const back = await place.submit({ decision: "deny" });
  expect([at(back.url).get("error"), at(back.url).get("state")]).toEqual(["access_denied", "a-state"]);
  expect((await app.arrive()).place.url).toMatch(/\/consent$/);
  const granted = (await eventsOf(app.api)).filter(({ type }) => type === "user.consent.granted");
  expect(granted).toEqual([]);
});

test("prompt=consent asks again, and an internal client's asks too; it ends", async () => {
  for (const type of ["external", "internal"]) {
    const app = await external();
    if (type === "internal") await app.api.patch(`${app.issuer}/clients/${app.client.id}`, { type });
    for (const _ of ["first", "second"]) {
      const { place } = await app.arrive({ prompt: "consent" });
      expect(place.url).toMatch(/\/consent$/);
      expect(at((await place.submit({ decision: "allow" })).url).get("code")).not.toBeNull();
    }
  }
});

test("consent is given by the page's own form, by whoever is signed in, when it is asked for", async () => {
  const app = await external();
  const { url } = app.authorizeUrl();
  const first = await app.open(url);
  // Nobody is signed in yet: the page leads back.
  expect((await first.open(`${first.url}/consent`)).url).toBe(first.url);
  expect((await first.submit({ decision: "allow" }, `${first.url}/consent`)).url).toBe(first.url);
  const second = await first.submit({ identifier: "ada@example.com" });
  const asked = await second.submit({ password });
  const forged = await asked.submit({ decision: "allow", csrf: "x".repeat(43) });
  expect(forged.status).toBe(403);
  expect((await asked.submit({ decision: "perhaps" })).status).toBe(400);
  // Another browser has no such interaction.
  const stranger = await walk(newBrowser(), app.url)(asked.url);
  expect(stranger.status).toBeGreaterThanOrEqual(400);
  // Going on by hand, without an answer, asks again.
  const uid = asked.url.split("/").at(-2);
  const resumed = await asked.open(`${app.url}/authorize/${uid}`);
  expect(resumed.url).toMatch(/\/consent$/);
});

test("the consent page leads to another account, and that one is asked for itself", async () => {
  const app = await external();
  const { place } = await app.arrive();
  const another = place.url.replace(/consent$/, "sign-in");
  expect(place.html).toContain(new URL(another).pathname);
  const first = await place.open(another);
  expect(first.html).toContain('name="identifier"');
  await app.api.post(`${app.issuer}/users`, {
    username_type: "email",
    username: "eve@example.com",
    password,
    profile: { email: "eve@example.com" },
  });
  const second = await first.submit({ identifier: "eve@example.com" });
  const asked = await second.submit({ password });
  expect(asked.url).toMatch(/\/consent$/);
  expect(asked.html).toContain("eve@example.com");
});
