import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { gallery, hostile, rich } from "./gallery.ts";
import { issuerId, serveGallery } from "./gallery-server.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const everything: RunOptions = {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
  resultTypes: ["violations"],
};
/** What colours and room can change. */
const look: RunOptions = {
  runOnly: {
    type: "rule",
    values: ["color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable"],
  },
  resultTypes: ["violations"],
};

/** SCREENSHOTS=/tmp/pages writes what it looks at into that folder, for somebody to look at too. */
const folder = process.env.SCREENSHOTS;

const looks = [
  { colorScheme: "light", width: 1280, rules: everything },
  { colorScheme: "light", width: 320, rules: look },
  { colorScheme: "dark", width: 320, rules: look },
  { colorScheme: "dark", width: 1280, rules: look },
] as const;
const brandings = [{}, { primary_color: "#ffd400", background_color: "#1b2a41" }];

describe.runIf(hasBrowser())("every view, as a browser shows it", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser.close());

  test.each(["en", "fr"] as const)(
    "in %s: WCAG 2.2 AA in light and dark, nothing from elsewhere, no scrolling sideways",
    async (locale) => {
      const found: string[] = [];
      const { app, url } = await serveGallery({ words: rich, branding: brandings[locale === "fr" ? 1 : 0] ?? {} });
      const page = await openPage(browser, locale, url, found);
      for (const name of Object.keys(gallery(locale))) {
        await page.goto(`${url}/${issuerId}/ui/gallery/${name}`);
        await page.evaluate(axe);
        for (const { colorScheme, width, rules } of looks) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          await page.setViewportSize({ width, height: 800 });
          if (folder)
            await page.screenshot({ path: `${folder}/${name}-${locale}-${colorScheme}-${width}.png`, fullPage: true });
          if (folder)
            await page.screenshot({ path: `${folder}/${name}-${locale}-${colorScheme}-${width}.png`, fullPage: true });
          const told = await faults(page, rules);
          found.push(...told.map((fault) => `${name} ${colorScheme} ${width}: ${fault}`));
        }
      }
      await page.context().close();
      await app.close();
      expect(found).toEqual([]);
    },
    180_000,
  );

  test("names that are too long for a small screen are broken", async () => {
    const found: string[] = [];
    const { app, url } = await serveGallery({ words: hostile });
    const page = await openPage(browser, "en", url, found);
    await page.setViewportSize({ width: 320, height: 800 });
    for (const name of Object.keys(gallery("en"))) {
      await page.goto(`${url}/${issuerId}/ui/gallery/${name}`);
      if (await scrolls(page)) found.push(`${name} scrolls sideways`);
    }
    await page.context().close();
    await app.close();
    expect(found).toEqual([]);
  }, 60_000);
});

/** A page that tells what it had to complain about. The policy is the real one: what it blocks is a complaint. */
const openPage = async (browser: Browser, locale: string, url: string, found: string[]): Promise<Page> => {
  const context = await browser.newContext({ locale });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) found.push(`${page.url()} says ${message.text()}`);
  });
  page.on("pageerror", (error) => found.push(`${page.url()} throws ${error.message}`));
  page.on("request", (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol.startsWith("http") && origin !== url) found.push(`${page.url()} asks for ${request.url()}`);
  });
  page.on("requestfailed", (request) => found.push(`${page.url()} does not get ${request.url()}`));
  return page;
};

const faults = async (page: Page, rules: RunOptions): Promise<string[]> => {
  // The name is one of the page's world, where the script above has put it.
  const { violations } = await page.evaluate<AxeResults>(`axe.run(document, ${JSON.stringify(rules)})`);
  const told = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
  return (await scrolls(page)) ? [...told, "scrolls sideways"] : told;
};

const scrolls = (page: Page): Promise<boolean> =>
  page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
