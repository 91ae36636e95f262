import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textsOf } from "../../src/idp/pages/locale.ts";
import { hasBrowser, launchBrowser } from "../harness/browser.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld, type World } from "../harness/world.ts";
import { newApplication } from "../idp/application.ts";

const email = "grace@example.com";

describe.runIf(hasBrowser())("a person with a browser", () => {
  let browser: Browser;
  let world: World;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterAll(() => browser?.close());

  for (const [locale, width] of [
    ["en", 1280],
    ["fr", 360],
  ] as const) {
    test(`signs up, and gets back in without the password (${locale}, ${width} pixels)`, async () => {
      world ??= await createWorld();
      const app = await newApplication(world);
      const t = textsOf(locale);
      const context = await browser.newContext({ locale, viewport: { width, height: 800 } });
      const page = await context.newPage();
      const { faults, elsewhere } = await watch(page, app.url, app.redirectUri);

      const mailOf = async (part: RegExp) => {
        await runJobs(world.server);
        const authorization = `Basic ${Buffer.from(`${app.key.id}:${app.key.secret}`).toString("base64")}`;
        const response = await fetch(`${world.server.url}/dev/mail.json?to=${email}`, { headers: { authorization } });
        const { data } = (await response.json()) as { data: { text: string }[] };
        return part.exec((data[0]?.text ?? "").replace(/(\d{3}) (\d{3})/, "$1$2"))?.[0] ?? "none";
      };
      const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
      const type = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
      const fits = async () =>
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);

      await page.goto(app.authorizeUrl().url);
      await page.getByRole("link", { name: t.signIn.signUp }).click();
      await type(t.signUp.email, email);
      await type(t.signUp.name, "Grace Hopper");
      await type(t.signUp.password, "a first long password");
      await fits();
      await press(t.signUp.submit);
      await page.getByRole("heading", { name: t.verifyEmail.title }).waitFor();
      await fits();
      await type(t.verifyEmail.code, await mailOf(/\b\d{6}\b/));
      await press(t.verifyEmail.submit);
      await page.getByRole("heading", { name: "Back at the client" }).waitFor();
      expect(new URL(page.url()).searchParams.get("code")).toEqual(expect.any(String));

      await page.goto(app.authorizeUrl({ prompt: "login" }).url);
      await type(t.signIn.identifier, email);
      await press(t.form.continue);
      await page.getByRole("link", { name: t.signIn.forgot }).click();
      await type(t.reset.email, email);
      await press(t.reset.submit);
      await page.getByRole("heading", { name: t.reset.sentTitle }).waitFor();
      await page.goto(await mailOf(/https?:\/\/\S+\/ui\/reset\/\S+/));
      await type(t.reset.password, "a second long password");
      await fits();
      const saved = page.waitForResponse((response) => response.request().method() === "POST");
      await press(t.reset.newSubmit);
      expect((await saved).status()).toBe(303);
      await page.waitForURL(({ pathname }) => !pathname.includes("/ui/reset/"));

      await page.goto(app.authorizeUrl({ prompt: "login" }).url);
      await type(t.signIn.identifier, email);
      await press(t.form.continue);
      await type(t.signIn.password, "a second long password");
      await fits();
      await press(t.signIn.submit);
      await page.getByRole("heading", { name: "Back at the client" }).waitFor();
      expect({ faults, elsewhere }).toEqual({ faults: [], elsewhere: [] });
      await context.close();
    }, 60_000);
  }
});

/** What the browser complains of, and whom else it asks; the application is answered for. */
const watch = async (page: Page, issuer: string, redirectUri: string) => {
  const faults: string[] = [];
  const elsewhere: string[] = [];
  const own = [new URL(issuer).origin, new URL(redirectUri).origin];
  page.on("console", (message) => {
    // What the portal shows is its own tests' matter.
    if (message.type() === "error" && !page.url().endsWith("/ui/account"))
      faults.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (!own.includes(new URL(request.url()).origin)) elsewhere.push(request.url());
  });
  await page.route(`${redirectUri}**`, (route) =>
    route.fulfill({ contentType: "text/html", body: "<link rel=icon href=data:,><h1>Back at the client</h1>" }),
  );
  return { faults, elsewhere };
};
