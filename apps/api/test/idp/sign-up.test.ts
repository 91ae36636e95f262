import { expect, test } from "vitest";
import { eventsOf, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication, password, tokenIn } from "./application.ts";
import { newBrowser } from "./browser.ts";

const world = await createWorld();

/** Somebody at the page where one signs up. */
const newcomer = async (app: Application) => {
  const browser = newBrowser();
  const { url, verifier } = app.authorizeUrl({ prompt: "create" });
  const first = await browser.follow(url, app.url);
  const at = { url: first.url, html: await first.response.text() };
  const post = async (path: string, form: Record<string, string>) => {
    const target = path === "" ? at.url : new URL(path, at.url).href;
    const sent = await browser.send(target, { method: "POST", form: { ...form, csrf: tokenIn(at.html) } });
    const location = sent.headers.get("location");
    if (location === null) return { status: sent.status, html: await sent.text(), url: at.url };
    const next = await browser.follow(new URL(location, at.url).href, app.url);
    at.url = next.url;
    at.html = next.url.startsWith(app.url) ? await next.response.text() : "";
    return { status: sent.status, html: at.html, url: at.url };
  };
  return { browser, verifier, at, post };
};

const mailsTo = async (app: Application, address: string): Promise<{ subject: string; text: string }[]> => {
  await runJobs(world.server);
  const { mails, data = mails } = (await app.api.get("/dev/mail.json")).body;
  return data.filter(({ to }: { to: string }) => to === address);
};
const codeIn = (text: string): string => /\b(\d{3} ?\d{3})\b/.exec(text)?.[1]?.replace(" ", "") ?? "";

test("a person signs up, proves the address by the mailed code, and is signed in at the application", async () => {
  const app = await newApplication(world);
  const someone = await newcomer(app);
  expect(someone.at.url).toMatch(/\/sign-up$/);
  const sent = await someone.post("", { email: "Grace@Example.com", name: "Grace Hopper", password });
  expect(sent.url).toMatch(/\/verify$/);
  expect(good(await app.api.get(`${app.issuer}/users?username=grace@example.com`))).toEqual([]);
  const [mail] = await mailsTo(app, "grace@example.com");
  expect((await someone.post("", { code: "000000" })).status).toBe(400);
  const back = await someone.post("", { code: codeIn(mail?.text ?? "") });
  expect(back.url).toMatch(/^https:\/\/app\.example\.com\/callback\?code=/);
  const { body } = await app.exchange({ answer: new URL(back.url).searchParams, verifier: someone.verifier });
  expect(body.id_token).toBeDefined();
  const [user] = good(await app.api.get(`${app.issuer}/users?username=grace@example.com`));
  expect(user).toMatchObject({
    status: "active",
    profile: { display_name: "Grace Hopper", email: "grace@example.com", email_verified: true },
    security: { password_set: true },
  });
  const types = (await eventsOf(app.api, `limit=100&user_id=${user.id}`)).map(({ type }) => type);
  expect(types).toContain("user.created");
});

test("who has an account gets the same answers, and a mail that says so", async () => {
  const app = await newApplication(world);
  const [known, unknown] = [await newcomer(app), await newcomer(app)];
  const plain = (html: string, email: string) =>
    html
      .replaceAll(email, "…")
      .replace(/name="csrf" value="[^"]+"/g, "")
      .replace(/interaction\/[\w-]+/g, "");
  const forms = { name: "Somebody", password };
  const [one, other] = [
    await known.post("", { email: "ada@example.com", ...forms }),
    await unknown.post("", { email: "new@example.com", ...forms }),
  ];
  expect(one.status).toBe(other.status);
  expect(plain(one.html, "ada@example.com")).toBe(plain(other.html, "new@example.com"));
  const [mail] = await mailsTo(app, "ada@example.com");
  expect(codeIn(mail?.text ?? "")).toBe("");
  expect((await known.post("", { code: "123456" })).status).toBe(400);
});

test("the issuer's rules bind: closed, invited only, its domains, approval", async () => {
  const app = await newApplication(world);
  const set = (settings: object) => app.api.patch(app.issuer, { settings });
  const status = async () =>
    (await newBrowser().follow(app.authorizeUrl({ prompt: "create" }).url, app.url)).response.status;
  good(await set({ access: { mode: "invite_only" } }));
  await expect.poll(status).toBe(403);
  good(await set({ access: { mode: "domain_restricted", allowed_domains: ["acme.com"] } }));
  await expect.poll(status).toBe(200);
  const stranger = await newcomer(app);
  expect((await stranger.post("", { email: "x@elsewhere.com", name: "X", password })).status).toBe(400);
  good(await set({ access: { mode: "approval" } }));
  await expect.poll(async () => (await newcomer(app)).at.html.includes("acme.com")).toBe(false);
  const waiting = await newcomer(app);
  await waiting.post("", { email: "wait@example.com", name: "W", password });
  const [mail] = await mailsTo(app, "wait@example.com");
  const { status: refused } = await waiting.post("", { code: codeIn(mail?.text ?? "") });
  expect(refused).toBe(403);
  const [user] = good(await app.api.get(`${app.issuer}/approvals`));
  expect(user).toMatchObject({ username: "wait@example.com", status: "pending_approval" });
});

test("what is wrong is said at its field, and nothing is made", async () => {
  const app = await newApplication(world);
  const someone = await newcomer(app);
  const wrong = [
    { email: "no address", name: "N", password },
    { email: "n@example.com", name: "N", password: "short" },
    { email: "n@example.com", name: "N", password: "password123" },
  ];
  for (const form of wrong) {
    const { status, html } = await someone.post("", form);
    expect([status, html.includes('aria-invalid="true"')]).toEqual([400, true]);
  }
  expect(await mailsTo(app, "n@example.com")).toEqual([]);
});
