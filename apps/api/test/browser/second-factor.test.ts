import { Secret, TOTP } from "otpauth";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { good } from "../core/support.ts";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "../idp/application.ts";
import { mailsOf } from "../mail/support.ts";

const readers = [
  { locale: "en", width: 1280, heading: "Set up an authenticator app", welcome: "Welcome to Globex" },
  { locale: "fr", width: 360, heading: undefined, welcome: undefined },
];
/** As the reader's password manager and their thumb do it. */
const send = (page: Page) => page.locator("main form button[type=submit]").first().click();

const signIn = async (page: Page) => {
  await page.locator("input[name=identifier]").fill("ada@example.com");
  await send(page);
  await page.locator("input[name=password]").fill(password);
  await send(page);
};

test.runIf(hasBrowser())(
  "a person sets up a second factor, accepts an invitation, and enters an organization",
  async () => {
    const world = await createWorld();
    const { clock } = world.server;
    const codeOf = (secret: string) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() });
    const browser = await launchBrowser();
    try {
      for (const { locale, width, heading, welcome } of readers) {
        const app = await newApplication(world);
        good(await app.api.patch(app.issuer, { settings: { security: { mfa: "required" } } }));
        const { id: initech } = good(await app.api.post(`${app.issuer}/organizations`, { name: "Initech" }));
        const member = { member_id: app.user.id, scopes: ["a:read"] };
        good(await app.api.post(`${app.issuer}/organizations/${initech}/members`, member));
        const invited = { email_invited: "ada@example.com", scopes: ["a:read"], inviter: { name: "Grace" } };
        good(await app.api.post(`${app.organization}/invitations`, invited));
        await runJobs(world.server);
        const [mail] = await mailsOf(app.api, "?to=ada@example.com");

        const wrong: string[] = [];
        const open = async () => {
          const context = await browser.newContext({ locale, viewport: { width, height: 800 } });
          const page = await context.newPage();
          page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
          page.on("pageerror", (error) => wrong.push(String(error)));
          await page.route("https://app.example.com/**", (route) =>
            route.fulfill({ contentType: "text/html", body: "<link rel=icon href=data:,><h1>Back at the client</h1>" }),
          );
          return page;
        };
        const fits = async (page: Page) =>
          expect(await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), page.url()).toBe(
            true,
          );

        const page = await open();
        await page.goto(mail?.links[0] ?? "");
        await fits(page);
        expect(await page.locator("html").getAttribute("lang")).toBe(locale);
        await page.locator("main a[href*='/authorize']").click();
        await signIn(page);
        await page.waitForURL(/\/enrol-totp$/);
        if (heading) await page.getByRole("heading", { name: heading }).waitFor();
        await fits(page);
        const secret = ((await page.locator(".secret").textContent()) ?? "").replaceAll(" ", "");
        await page.locator("input[name=code]").fill(codeOf(secret));
        await send(page);
        expect(await page.locator("ol.codes li").count()).toBe(10);
        await fits(page);
        await send(page);
        await page.waitForURL(mail?.links[0] ?? "");
        await page.locator("button[value=accept]").click();
        if (welcome) await page.getByRole("heading", { name: welcome }).waitFor();
        await page.locator("main a[href$='/ui/account']").waitFor();
        await page.context().close();

        // On another device, half a minute later: an app's code is good once.
        clock.advance(60_000);
        const other = await open();
        await other.goto(app.authorizeUrl({ prompt: "select_organization" }).url);
        await signIn(other);
        await other.waitForURL(/\/totp$/);
        await fits(other);
        await other.locator("input[name=code]").fill(codeOf(secret));
        await other.locator("input[name=trust]").check();
        await send(other);
        await other.waitForURL(/\/organization$/);
        await fits(other);
        await other.getByRole("button", { name: "Initech" }).click();
        await other.getByRole("heading", { name: "Back at the client" }).waitFor();
        expect(new URL(other.url()).searchParams.get("code")).not.toBeNull();
        await other.context().close();
        expect(wrong).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  },
);
