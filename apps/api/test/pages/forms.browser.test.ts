import { fastify } from "fastify";
import type { Browser } from "playwright-core";
import { Type } from "typebox";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { definePage } from "../../src/idp/pages/page.ts";
import { accountSessions } from "../../src/idp/pages/views/account-sessions.ts";
import { consent } from "../../src/idp/pages/views/consent.ts";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { rich } from "./gallery.ts";
import { issuerId, serveGallery } from "./gallery-server.ts";

/** A client on another origin, and an issuer whose consent page leads to it. */
const start = async () => {
  const client = fastify();
  client.get("/cb", async (_, reply) => reply.type("text/html").send("<h1>Back at the client</h1>"));
  const redirectUri = `${await client.listen({ host: "127.0.0.1", port: 0 })}/cb`;
  const sessions = [
    { id: "s_1", device: "Firefox", place: null, createdAt: 0, lastActivityAt: 0, current: true, applications: [] },
    { id: "s_2", device: "Safari", place: null, createdAt: 0, lastActivityAt: 0, current: false, applications: [] },
  ];
  const ask = (path: `/ui/${string}`, formActions: string[]) =>
    definePage({
      path,
      form: Type.Object({ decision: Type.String() }),
      get: ({ html, texts, csrf }) => {
        const who = { identifier: rich.email, otherAccountUrl: "/other" };
        return html(consent(texts, { csrf, ...who, client: { name: "App" }, scopes: [], organizations: [] }), {
          formActions,
        });
      },
      post: ({ redirect }) => redirect("/ui/resume"),
    });
  const { app, url } = await serveGallery({
    words: rich,
    pages: [
      ask("/ui/consent", [redirectUri]),
      ask("/ui/consent-alone", []),
      definePage({ path: "/ui/resume", get: ({ leave }) => leave(redirectUri) }),
      definePage({
        path: "/ui/account/sessions",
        form: Type.Object({ intent: Type.String(), id: Type.Optional(Type.String()) }),
        get: ({ html, texts, csrf, to, query: { done } }) => {
          const user = { name: null, identifier: rich.email };
          const frame = { csrf, base: to("/ui/account"), user, signOutAction: to("/ui/out"), zoneinfo: null, done };
          return html(accountSessions(texts, { ...frame, sessions }));
        },
        post: ({ redirect, form: { intent, id = "all" } }) => redirect(`/ui/account/sessions?done=${intent}+${id}`),
      }),
    ],
  });
  const close = () => Promise.all([app.close(), client.close()]);
  return { base: `${url}/${issuerId}`, redirectUri, close };
};

describe.runIf(hasBrowser())("a form in a browser", () => {
  let browser: Browser;
  let world: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    [browser, world] = await Promise.all([launchBrowser(), start()]);
  });
  afterAll(() => Promise.all([browser.close(), world.close()]));

  test("leads on to the client over redirects, where the page's policy names it", async () => {
    const page = await browser.newPage();
    await page.goto(`${world.base}/ui/consent`);
    await page.getByRole("button", { name: "Allow" }).click();
    await page.getByRole("heading", { name: "Back at the client" }).waitFor();
    expect(page.url()).toBe(world.redirectUri);
    await page.close();
  });

  test("leads nowhere else", async () => {
    const page = await browser.newPage();
    const blocked = page.waitForEvent("console", (message) => message.text().includes("form-action"));
    await page.goto(`${world.base}/ui/consent-alone`);
    await page.getByRole("button", { name: "Allow" }).click({ noWaitAfter: true });
    await blocked;
    expect(page.url()).not.toBe(world.redirectUri);
    await page.close();
  });

  test("asks first without a script, and keeps the language that was chosen", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, locale: "en" });
    const page = await context.newPage();
    await page.goto(`${world.base}/ui/account/sessions`);
    await page.getByRole("link", { name: "Français" }).click();
    await page.getByRole("heading", { name: "Sessions", level: 1 }).waitFor();
    expect(page.url()).toBe(`${world.base}/ui/account/sessions`);
    await page.locator("summary", { hasText: "Se déconnecter partout ailleurs" }).click();
    await page.getByRole("button", { name: "Se déconnecter partout ailleurs" }).click();
    await page.getByRole("status").getByText("revoke_others all").waitFor();
    await page.getByRole("button", { name: "Déconnecter Safari" }).click();
    await page.getByRole("status").getByText("revoke s_2").waitFor();
    await context.close();
  });

  test("the keyboard comes past the navigation to the content", async () => {
    const page = await browser.newPage();
    await page.goto(`${world.base}/ui/account/sessions`);
    await page.keyboard.press("Tab");
    await page.getByRole("link", { name: "Skip to the content" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Sign out Safari");
    await page.close();
  });
});
