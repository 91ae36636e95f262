import { expect, test } from "vitest";
import { eventsBy, good, newUser } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { mailsOf } from "../mail/support.ts";
import { newApplication, password, tokenIn } from "./application.ts";
import { newBrowser } from "./browser.ts";

const world = await createWorld();
const ada = "ada@example.com";
const another = "a new battery staple";

const newScene = async () => {
  const app = await newApplication(world);
  const begin = async () => {
    const browser = newBrowser();
    const { url: base } = await browser.follow(app.authorizeUrl().url, app.url);
    const csrf = tokenIn(await (await browser.send(base)).text());
    const ask = (email: string, token = csrf) =>
      browser.send(`${base}/reset`, { method: "POST", form: { email, csrf: token } });
    return { browser, base, csrf, ask };
  };
  const linkOf = async (to = ada) => {
    await runJobs(world.server);
    const [mail] = await mailsOf(app.api, `?to=${encodeURIComponent(to)}`);
    return mail?.links.find((link) => link.includes("/ui/reset/")) ?? "none";
  };
  /** The form that the link opens, in a browser of its own. */
  const open = async (link: string) => {
    const browser = newBrowser();
    const page = await browser.send(link);
    const csrf = tokenIn(await page.text());
    const set = (secret: string, token = csrf) =>
      browser.send(link, { method: "POST", form: { password: secret, csrf: token } });
    return { page, set };
  };
  const signInWith = async (secret: string) => {
    const { browser, base, csrf } = await begin();
    await browser.send(base, { method: "POST", form: { identifier: ada, csrf } });
    return (await browser.send(`${base}/password`, { method: "POST", form: { password: secret, csrf } })).status;
  };
  const active = async () => good(await app.api.get(`${app.issuer}/sessions?status=active`));
  return { ...app, begin, linkOf, open, signInWith, active };
};

test("a link by mail sets a new password, and ends every session", async () => {
  const { authorize, api, begin, linkOf, open, signInWith, active } = await newScene();
  await authorize();
  expect(await active()).not.toEqual([]);
  expect((await (await begin()).ask(ada)).status).toBe(200);
  const link = await linkOf();
  const { page, set } = await open(link);
  expect(page.status).toBe(200);
  const events = await eventsBy(api, async () => {
    const sent = await set(another);
    expect([sent.status, sent.headers.get("location")]).toEqual([303, expect.stringMatching(/\/ui\/account$/)]);
  });
  expect(events.map(({ type }) => type)).toContain("user.password.reset");
  expect(JSON.stringify(events)).not.toContain(link.replace(/^.*\//, ""));
  expect(await active()).toEqual([]);
  expect([await signInWith(password), await signInWith(another)]).toEqual([400, 303]);
  // Used once.
  expect((await set("yet another one of these")).status).toBe(400);
  expect((await open(link)).page.status).toBe(400);
});

test("looking at the link, a bad password and a form that is not its browser's use nothing", async () => {
  const { begin, linkOf, open, signInWith } = await newScene();
  const { ask, csrf } = await begin();
  await ask(ada);
  const link = await linkOf();
  for (const _ of [1, 2]) await open(link);
  const { set } = await open(link);
  expect((await set("short")).status).toBe(400);
  expect((await set("password123")).status).toBe(400);
  for (const token of ["", "wrong", csrf]) expect((await set(another, token)).status).toBe(403);
  expect(await signInWith(password)).toBe(303);
  expect((await set(another)).status).toBe(303);
});

test("who asks is not told whether there is such an account, and asks by a form of this browser", async () => {
  const { begin, linkOf } = await newScene();
  const seen = async (email: string) => {
    const { ask, base, csrf } = await begin();
    const answer = await ask(email);
    const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id", "content-length"].includes(name));
    const text = JSON.stringify([answer.status, headers, await answer.text()]);
    return text.replaceAll(base.replace(/^.*\//, ""), "UID").replaceAll(csrf, "CSRF").replaceAll(email, "WHO");
  };
  expect(await seen("eve@example.com")).toBe(await seen(ada));
  expect(await linkOf("eve@example.com")).toBe("none");
  const { ask } = await begin();
  for (const token of ["", "wrong", (await begin()).csrf]) expect((await ask(ada, token)).status).toBe(403);
  expect((await ask("not an address")).status).toBe(400);
});

test("a link of another issuer is none here", async () => {
  const one = await newScene();
  const other = await newScene();
  await newUser(other, "bob@example.com", { username_type: "email" });
  await (await one.begin()).ask(ada);
  const link = (await one.linkOf()).replace(one.issuerId, other.issuerId);
  expect((await other.open(link)).page.status).toBe(400);
});
