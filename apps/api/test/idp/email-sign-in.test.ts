import { expect, test } from "vitest";
import { otherThan } from "../core/page-support.ts";
import { eventsBy, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { mailsOf } from "../mail/support.ts";
import { newApplication, tokenIn } from "./application.ts";
import { newBrowser } from "./browser.ts";

const world = await createWorld();
const ada = "ada@example.com";

/** A person at the first page, and what they do there. */
const newScene = async () => {
  const app = await newApplication(world);
  const methods = `${app.issuer}/auth-methods`;
  good(await app.api.post(methods, { method: "email-link", name: "Link", enabled: true, use: "login" }));
  const begin = async (identifier = ada) => {
    const browser = newBrowser();
    const { url: asked } = app.authorizeUrl();
    const { url: base } = await browser.follow(asked, app.url);
    const csrf = tokenIn(await (await browser.send(base)).text());
    const post = (page: string, form: Record<string, string> = {}) =>
      browser.send(page.startsWith("http") ? page : `${base}${page}`, { method: "POST", form: { csrf, ...form } });
    await post("", { identifier });
    const finish = async (sent: Response) => {
      const location = new URL(sent.headers.get("location") ?? "", base).href;
      return new URL((await browser.follow(location, app.url)).url).searchParams;
    };
    return { browser, base, csrf, post, finish, get: (page: string) => browser.send(`${base}${page}`) };
  };
  const mails = async (to = ada) => {
    await runJobs(world.server);
    return mailsOf(app.api, `?to=${encodeURIComponent(to)}`);
  };
  const codeOf = async () => /^\d{6}$/m.exec((await mails())[0]?.text ?? "")?.[0] ?? "none";
  const linkOf = async () => (await mails())[0]?.links.find((link) => link.includes("/link/")) ?? "none";
  const sessionsOf = async () => good(await app.api.get(`${app.issuer}/sessions`));
  const listOf = async () => good(await app.api.get(methods)) as { id: string; method: string }[];
  return { ...app, methods, begin, mails, codeOf, linkOf, sessionsOf, listOf };
};
const signedInBy = (method: string) => ({ type: "op", authentication: { method, amr: ["otp"] } });
const leadsTo = (sent: Response, page: string) =>
  expect([sent.status, sent.headers.get("location")?.replace(/^.*\/interaction\/[^/]+/, "")]).toEqual([303, page]);

test("a code by mail signs in; a wrong one does not", async () => {
  const { begin, codeOf, sessionsOf } = await newScene();
  const { post, finish, get } = await begin();
  leadsTo(await post("/code/send"), "/code");
  expect((await get("/code")).status).toBe(200);
  const code = await codeOf();
  expect((await post("/code", { code: otherThan(code) })).status).toBe(400);
  expect(await sessionsOf()).toEqual([]);
  expect((await finish(await post("/code", { code }))).get("code")).toEqual(expect.any(String));
  expect(await sessionsOf()).toMatchObject([signedInBy("email-code"), { type: "rp" }]);
});

test("another code takes the place of the first, and is good in its own sign-in alone", async () => {
  const { begin, codeOf } = await newScene();
  const { post } = await begin();
  await post("/code/send");
  const first = await codeOf();
  leadsTo(await post("/code/send"), "/code?again=yes");
  const second = await codeOf();
  if (first !== second) expect((await post("/code", { code: first })).status).toBe(400);
  expect((await (await begin()).post("/code", { code: second })).status).toBe(400);
  expect((await post("/code", { code: second })).status).toBe(303);
});

test("a link signs in by its button alone, in the browser that asked", async () => {
  const { begin, linkOf, sessionsOf } = await newScene();
  const { post, finish, browser } = await begin();
  leadsTo(await post("/link/send"), "/link");
  const link = await linkOf();
  const elsewhere = newBrowser();
  expect((await elsewhere.send(link)).status).toBe(403);
  const other = await begin();
  expect((await other.browser.send(link)).status).toBe(403);
  expect((await elsewhere.send(link, { method: "POST", form: { csrf: other.csrf } })).status).toBe(403);
  for (const _ of [1, 2]) expect((await browser.send(link)).status).toBe(200);
  expect((await browser.send(link, { method: "POST", form: {} })).status).toBe(403);
  expect(await sessionsOf()).toEqual([]);
  expect((await finish(await post(link))).get("code")).toEqual(expect.any(String));
  expect(await sessionsOf()).toMatchObject([signedInBy("email-link"), { type: "rp" }]);
});

test("whether there is such an account makes no difference but for the mail", async () => {
  const { begin, mails } = await newScene();
  const seen = async (identifier: string) => {
    const { post, get, csrf, base } = await begin(identifier);
    const pages = [await post("/code/send"), await get("/code"), await post("/code", { code: "12" })];
    pages.push(await post("/link/send"), await get("/link"));
    const uid = base.replace(/^.*\//, "");
    const told = pages.map(async (page) => {
      const headers = [...page.headers].filter(([name]) => !["date", "x-request-id", "content-length"].includes(name));
      return JSON.stringify([page.status, headers, await page.text()])
        .replaceAll(uid, "UID")
        .replaceAll(csrf, "CSRF")
        .replaceAll(identifier, "WHO")
        .replace(/value=\\"[\w.-]{20,}\\"/g, "TOKEN")
        .replace(/nonce-[^']+|nonce=\\"[^"]+/g, "NONCE");
    });
    return Promise.all(told);
  };
  expect(await seen("eve@example.com")).toEqual(await seen(ada));
  expect(await mails("eve@example.com")).toEqual([]);
});

test("five wrong codes lock: the page is a 429 for whoever is named", async () => {
  const { begin } = await newScene();
  for (const identifier of [ada, "eve@example.com"]) {
    const { post } = await begin(identifier);
    const statuses = [];
    for (let n = 0; n < 6; n++) statuses.push((await post("/code", { code: "12" })).status);
    expect(statuses).toEqual([400, 400, 400, 400, 400, 429]);
  }
});

test("the methods are those that are switched on, in their order; without one there is a page that says so", async () => {
  const { begin, listOf, api, methods } = await newScene();
  const { post, get } = await begin();
  const html = await (await get("/methods")).text();
  const all = await listOf();
  expect([...html.matchAll(/name="method" value="([^"]+)"/g)].map(([, id]) => id)).toEqual(all.map(({ id }) => id));
  const [password, code, link] = all;
  leadsTo(await post("/methods", { method: password?.id ?? "" }), "/password");
  leadsTo(await post("/methods", { method: "other" }), "/methods");
  leadsTo(await post("/methods", { method: code?.id ?? "" }), "/code");
  leadsTo(await post("/methods", { method: link?.id ?? "" }), "/link");
  leadsTo(await get("/none"), "");
  for (const { id } of all) good(await api.patch(`${methods}/${id}`, { enabled: false }));
  const events = await eventsBy(api, async () => {
    leadsTo(await post("/code/send"), "");
    leadsTo(await post("/link/send"), "");
  });
  expect(events).toEqual([]);
  leadsTo(await get("/methods"), "/none");
  expect((await get("/none")).status).toBe(403);
});
