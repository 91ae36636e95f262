import { expect, test } from "vitest";
import { ownPath } from "../../src/idp/pages/portal-sign-in.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "./application.ts";
import { newBrowser } from "./browser.ts";
import { walk } from "./walk.ts";

const world = await createWorld();

const elsewhere = [
  ...["//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)"],
  ...["/%2f%2fevil.example", "%2F%2Fevil.example", "/ui//evil.example", "/ui/../../evil", "/ui/%2e%2e/%2e%2e/x"],
  ...["/ui/\\evil", "/ui/\t/evil", "/ui/\u0000", "/iss_00000000000000000000000000/ui/account", "/ui", "/uix/account"],
  ...["/authorize", "/ui/../logout", "/ui/return?state=/ui/return", "/ui/./return", "ui/account", "", " /ui/account"],
];

test("the way back leads to the issuer's own pages alone", async () => {
  const app = await newApplication(world);
  const issuer = { id: app.issuerId, url: app.url };
  for (const path of elsewhere) expect(ownPath(issuer, path), path).toBeUndefined();
  expect(ownPath(issuer, "/ui/account/sessions?a=b")).toBe("/ui/account/sessions?a=b");
  const browser = newBrowser();
  for (const state of elsewhere.filter((path) => !path.includes("\u0000"))) {
    const answer = await browser.send(`${app.url}/ui/return?${new URLSearchParams({ code: "x", state })}`);
    expect([answer.status, answer.headers.get("location")], state).toEqual([303, `/${app.issuerId}/ui/account`]);
  }
  const denied = await browser.send(`${app.url}/ui/return?error=access_denied&error_description=Call+555-1234`);
  expect(denied.status).toBe(403);
  expect(await denied.text()).not.toContain("555-1234");
});

test("the issuer's own client signs in, and comes back to the path", async () => {
  const app = await newApplication(world);
  const query = new URLSearchParams({
    ...{ client_id: "portal", redirect_uri: `${app.url}/ui/return`, response_type: "code", scope: "openid" },
    ...{ code_challenge: "-".repeat(43), code_challenge_method: "S256", state: "/ui/invitations/xyz" },
  });
  const first = await walk(newBrowser(), app.url)(`${app.url}/authorize?${query}`);
  const second = await first.submit({ identifier: "ada@example.com" });
  const back = await second.submit({ password });
  expect(back.url).toBe(`${app.url}/ui/invitations/xyz`);
});
