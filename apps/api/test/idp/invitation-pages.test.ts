import { describe, expect, test } from "vitest";
import { eventsBy, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { mailsOf } from "../mail/support.ts";
import { newApplication, password } from "./application.ts";
import { newBrowser } from "./browser.ts";
import { walk } from "./walk.ts";

const world = await createWorld();
const { clock } = world.server;
const secret = "a long enough secret";

const setUp = async (email = "new@example.com") => {
  const app = await newApplication(world);
  const path = `${app.organization}/invitations`;
  const invite = async () => {
    const { id } = good(await app.api.post(path, { email_invited: email, scopes: ["a:read"] }));
    await runJobs(world.server);
    const [mail] = await mailsOf(app.api, `?to=${email}`);
    return { id: String(id), link: mail?.links[0] ?? "" };
  };
  const open = walk(newBrowser(), app.url);
  const members = async () => good(await app.api.get(`${app.organization}/members`));
  const signInAt = async (url: string, identifier: string, text = password) => {
    const first = await open(url);
    const second = await first.submit({ identifier });
    return second.submit({ password: text });
  };
  const portal = `${app.url}/authorize?${new URLSearchParams({
    ...{ client_id: "portal", redirect_uri: `${app.url}/ui/return`, response_type: "code", scope: "openid" },
    ...{ code_challenge: "-".repeat(43), code_challenge_method: "S256", state: "/ui/invitations/none" },
  })}`;
  return { ...app, path, invite, open, members, signInAt, portal };
};
const signInLink = (html: string) =>
  (/href="([^"]*\/authorize[^"]+)"/.exec(html)?.[1] ?? "")
    .replace(/&#(\d+);/g, (_, digits) => String.fromCodePoint(Number(digits)))
    .replaceAll("&amp;", "&");

describe("somebody without an account", () => {
  test("makes one, signs in with it, and is a member", async () => {
    const app = await setUp();
    const { link } = await app.invite();
    const page = await app.open(link);
    expect(page.html).toContain("Globex");
    expect(page.html).toContain('name="password"');
    // A look is no answer.
    expect(await app.members()).toHaveLength(0);
    const short = await page.submit({ name: "New", password: "short" });
    expect(short.status).toBe(400);
    expect((await page.submit({ name: " ", password: secret })).status).toBe(400);
    expect((await page.submit({ name: "New", password: "password123" })).status).toBe(400);
    expect(await app.members()).toHaveLength(0);
    const events = await eventsBy(app.api, async () => {
      const signIn = await short.submit({ name: "Newcomer", password: secret });
      expect(signIn.html).toContain('value="new@example.com"');
      const second = await signIn.submit({ identifier: "new@example.com" });
      const back = await second.submit({ password: secret });
      expect(back.url).toBe(link);
      expect(back.html).toContain("Welcome to Globex");
    });
    expect(events.map(({ type }) => type)).toEqual(
      expect.arrayContaining(["user.created", "organization.invitation.accepted", "organization.membership.created"]),
    );
    expect(await app.members()).toMatchObject([{ scopes: ["a:read"], status: "active" }]);
  });

  test("by two clicks there is one account and one membership", async () => {
    const app = await setUp();
    const { link } = await app.invite();
    const page = await app.open(link);
    await Promise.all(Array.from({ length: 8 }, () => page.submit({ name: "New", password: secret })));
    expect(await app.members()).toHaveLength(1);
  });

  test("declines, and the link says so afterwards", async () => {
    const app = await setUp();
    const { link, id } = await app.invite();
    const page = await app.open(link);
    const done = await page.submit({}, `${link}/decline`);
    expect([done.url, done.status]).toEqual([link, 200]);
    expect(done.html).toContain("You have declined");
    expect(good(await app.api.get(`${app.path}/${id}`)).status).toBe("declined");
    await page.submit({ name: "New", password: secret });
    expect(await app.members()).toHaveLength(0);
  });
});

describe("somebody with an account", () => {
  test("signs in by the link, accepts, twice, and is a member once", async () => {
    const app = await setUp("ada@example.com");
    const { link } = await app.invite();
    const page = await app.open(link);
    expect(page.html).not.toContain('name="password"');
    // Nobody makes the account that is there.
    const refused = await page.submit({ name: "Eve", password: secret });
    expect(refused.url).toContain("/ui/interaction/");
    expect((await page.submit({ decision: "accept" })).url).toContain("/ui/interaction/");
    expect(await app.members()).toHaveLength(0);
    const back = await app.signInAt(new URL(signInLink(page.html), link).href, "ada@example.com");
    expect(back.url).toBe(link);
    const all = await Promise.all([back.submit({ decision: "accept" }), back.submit({ decision: "accept" })]);
    for (const done of all) expect(done.html).toContain("Welcome to Globex");
    expect(await app.members()).toMatchObject([{ id: app.user.id }]);
    const stranger = await walk(newBrowser(), app.url)(link);
    expect(stranger.status).toBe(410);
    expect(stranger.html).not.toContain("Welcome");
  });

  test("signed in as somebody else makes room first", async () => {
    const app = await setUp();
    const { link } = await app.invite();
    await app.signInAt(app.portal, "ada@example.com");
    const page = await app.open(link);
    expect(page.html).toContain("ada@example.com");
    // Neither answers in the place of the other.
    await page.submit({ decision: "accept" });
    await page.submit({ name: "Ada", password: secret });
    expect(await app.members()).toHaveLength(0);
    const next = await page.submit({});
    expect(next.url).toBe(link);
    expect(next.html).toContain('name="password"');
    const sessions = good(await app.api.get(`${app.issuer}/sessions`));
    expect(sessions.every(({ status }: { status: string }) => status !== "active")).toBe(true);
  });
});

test("what is over says how", async () => {
  const app = await setUp();
  const unknown = await app.open(`${app.url}/ui/invitations/ain_${"x".repeat(49)}`);
  expect([unknown.status, unknown.html.includes("There is no such invitation")]).toEqual([404, true]);
  expect((await app.open(`${app.url}/ui/invitations/${encodeURIComponent("../x")}`)).status).toBe(404);

  const first = await app.invite();
  // With a token of this browser's, an unknown link still has no answer.
  const page = await app.open(first.link);
  for (const form of [{ decision: "accept" }, { name: "x", password: secret }]) {
    expect((await page.submit(form, unknown.url)).status).toBe(404);
  }
  good(await app.api.post(`${app.path}/${first.id}/revoke`));
  const revoked = await app.open(first.link);
  expect(revoked.status).toBeGreaterThanOrEqual(404);
  clock.advance(61_000);
  const second = await app.invite();
  good(await app.api.patch(app.organization, { status: "suspended" }));
  expect((await app.open(second.link)).status).toBe(410);
  good(await app.api.patch(app.organization, { status: "active", max_members: 1 }));
  good(await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["a:read"] }));
  const full = await (await app.open(second.link)).submit({ name: "New", password: secret });
  expect([full.status, full.html.includes("There is no place left")]).toEqual([409, true]);
  clock.advance(30 * 86_400_000);
  const expired = await app.open(second.link);
  expect([expired.status, expired.html.includes("expired")]).toEqual([410, true]);
});

test("each form has its token", async () => {
  const app = await setUp();
  const { link } = await app.invite();
  const page = await app.open(link);
  const forged = { csrf: "x".repeat(43), name: "New", password: secret };
  expect((await page.submit(forged)).status).toBe(403);
  expect((await page.submit({ ...forged, decision: "decline" })).status).toBe(403);
  expect((await page.submit(forged, `${link}/decline`)).status).toBe(403);
  expect(await app.members()).toHaveLength(0);
  expect((await app.open(link)).status).toBe(200);
});
