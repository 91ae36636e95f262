import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "../idp/application.ts";

const world = await createWorld();
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pages = ["", "/password", "/sessions", "/devices", "/tokens", "/tokens/new", "/organizations", "/applications"];

describe.runIf(hasBrowser())("the portal in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(["en", "fr"])(
    "is signed in to, fits a phone, can be read by everybody, and ends other sessions (%s)",
    async (locale) => {
      const app = await newApplication(world);
      const account = `${app.url}/ui/account`;
      const enter = async () => {
        const context = await browser.newContext({ locale, viewport: { width: 360, height: 740 } });
        const page = await context.newPage();
        const wrong: string[] = [];
        page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
        page.on(
          "request",
          (request) => new URL(request.url()).origin !== new URL(app.url).origin && wrong.push(request.url()),
        );
        await page.goto(account);
        await page.locator('[name="identifier"]').fill("ada@example.com");
        await page.keyboard.press("Enter");
        await page.locator('[name="password"]').fill(password);
        await page.keyboard.press("Enter");
        await page.locator("#field-first_name").waitFor();
        return { page, wrong };
      };
      const other = await enter();
      const { page, wrong } = await enter();
      await page.locator("#field-first_name").fill("Grace");
      await page.locator("main form button[type=submit]").first().click();
      await page.waitForURL(/done=saved/);
      for (const path of pages) {
        await page.goto(account + path);
        await page.evaluate(axe);
        // The page's own words for what axe.run gives: its types are not those of this side.
        const found = await page.evaluate<string[]>("axe.run().then(r => r.violations.map(v => v.id))");
        expect(found, path).toEqual([]);
        const width = await page.evaluate<number>("document.documentElement.scrollWidth");
        expect(width, path).toBeLessThanOrEqual(360);
      }
      await page.goto(`${account}/sessions`);
      await page.locator("li.row form button").first().click();
      await page.waitForURL(/done=session-ended/);
      await other.page.goto(account);
      await other.page.locator('[name="identifier"]').waitFor();
      await page.locator(".person button").click();
      await page.waitForURL(/\/logout$/);
      await page.goto(account);
      await page.locator('[name="identifier"]').waitFor();
      expect([...wrong, ...other.wrong]).toEqual([]);
    },
    60_000,
  );
});
