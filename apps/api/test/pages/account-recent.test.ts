import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "../idp/application.ts";
import { newBrowser } from "../idp/browser.ts";
import { walk } from "../idp/walk.ts";

// A world of its own: the provider notes sign-ins by the real clock, which this test leaves behind for good.
const world = await createWorld();

test("a password and a token are a matter for who has signed in a short while ago", async () => {
  const app = await newApplication(world);
  const browser = newBrowser();
  const first = await walk(browser, app.url)(`${app.url}/ui/account/tokens/new`);
  const form = await (await first.submit({ identifier: "ada@example.com" })).submit({ password });
  world.server.clock.advance(11 * 60_000);
  expect((await browser.send(`${app.url}/ui/account/tokens`)).status).toBe(200);
  for (const path of ["/tokens/new", "/password"]) {
    const sent = await browser.send(`${app.url}/ui/account${path}`);
    expect(sent.headers.get("location"), path).toContain("prompt=login");
  }
  // The form was open meanwhile: nothing is made by it either.
  const late = await form.submit({ name: "late", expires: "30" });
  expect(late.url).toContain("/ui/interaction/");
  const { body } = await app.api.get(`${app.issuer}/users/${app.user.id}/tokens`);
  expect(body.data).toEqual([]);
});
