import { describe, expect, test } from "vitest";
import { checkPassword } from "../../src/core/user-verifiers/check-password.ts";
import { eventsBy, good, newUser } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication, password, tokenIn } from "./application.ts";
import { type Browser, newBrowser } from "./browser.ts";

const world = await createWorld();

/** With every way to sign in that works by mail. */
const newApp = async (settings: object = {}): Promise<Application> => {
  const app = await newApplication(world);
  for (const method of ["email-code", "email-link"]) {
    good(await app.api.post(`${app.issuer}/auth-methods`, { method, name: method, use: "login", enabled: true }));
  }
  if (Object.keys(settings).length > 0) good(await app.api.patch(app.issuer, { settings }));
  return app;
};

/** An interaction in a browser of its own, on whose pages forms are filled in. */
const begin = async (app: Application, identifier?: string, params: Record<string, string> = {}) => {
  const browser = newBrowser();
  const { url } = await browser.follow(app.authorizeUrl(params).url, app.url);
  const base = url.replace(/(\/ui\/interaction\/[^/]+).*/, "$1");
  const visit = { browser, base, at: (page: string) => `${base}${page && `/${page}`}` };
  if (identifier !== undefined) await fill(browser, base, { identifier });
  return visit;
};

/** Posts a page's form, with its token. `at` is another page that has one, where it has none itself. */
const fill = async (browser: Browser, url: string, fields: Record<string, string>, at = url) => {
  const csrf = tokenIn(await (await browser.send(at)).text());
  const response = await browser.send(url, { method: "POST", form: { csrf, ...fields } });
  return { status: response.status, location: response.headers.get("location") ?? "", text: await response.text() };
};

const mailTo = async (app: Application, to: string) => {
  await runJobs(world.server);
  const response = await fetch(`${world.server.url}/dev/mail.json?to=${encodeURIComponent(to)}`, {
    headers: { authorization: `Basic ${Buffer.from(`${app.key.id}:${app.key.secret}`).toString("base64")}` },
  });
  const { data } = (await response.json()) as { data: { subject: string; text: string; links: string[] }[] };
  return data;
};
const codeIn = (text = "") => /\b\d{6}\b/.exec(text.replace(/(\d{3}) (\d{3})/g, "$1$2"))?.[0] ?? "none";
const linkTo = async (app: Application, to: string, part: string) => {
  const [mail] = await mailTo(app, to);
  return mail?.text.match(/https?:\/\/\S+/g)?.find((one) => one.includes(part)) ?? "none";
};

/** What a page says, but for what is new on each. */
const plain = (text: string, base: string, ...names: string[]) => {
  const uid = base.split("/").at(-1) ?? "";
  return [...names, uid].reduce(
    (left, name) => left.replaceAll(name, "~"),
    text.replace(/name="csrf" value="[^"]+"/g, ""),
  );
};

describe("whether there is an account", () => {
  for (const [what, ask, shown] of [
    ["a code", "code/send", "code"],
    ["a link", "link/send", "link"],
  ] as const) {
    test(`is not told by asking for ${what}`, async () => {
      const app = await newApp();
      const seen = [];
      for (const name of ["ada@example.com", "eve@example.com"]) {
        const { browser, base, at } = await begin(app, name);
        const sent = await fill(browser, at(ask), {}, at("password"));
        const page = await browser.send(at(shown));
        const wrong = what === "a code" ? await fill(browser, at("code"), { code: "000000" }) : undefined;
        const pages = [sent.location, await page.text(), wrong?.text ?? ""].map((one) => plain(one, base, name));
        seen.push([sent.status, page.status, wrong?.status, ...pages]);
      }
      expect(seen[1]).toEqual(seen[0]);
      expect(seen[0]?.slice(0, 2)).toEqual([303, 200]);
      expect(await mailTo(app, "eve@example.com")).toEqual([]);
    });
  }

  test("is not told by a sign-up, whose mail tells the owner alone", async () => {
    const app = await newApp();
    const seen = [];
    for (const email of ["ada@example.com", "eve@example.com"]) {
      const { browser, base, at } = await begin(app);
      const sent = await fill(browser, at("sign-up"), { email, name: "Somebody", password });
      const page = await (await browser.send(at("verify"))).text();
      const wrong = await fill(browser, at("verify"), { code: "000000" });
      const texts = [sent.location, page, wrong.text].map((one) => plain(one, base, email));
      seen.push([sent.status, wrong.status, ...texts]);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]?.slice(0, 2)).toEqual([303, 400]);
    expect(codeIn((await mailTo(app, "ada@example.com"))[0]?.text)).toBe("none");
    expect(codeIn((await mailTo(app, "eve@example.com"))[0]?.text)).toMatch(/^\d{6}$/);
  });
});

describe("a code", () => {
  test("signs in, is good in its flow alone, and without the form's token does nothing", async () => {
    const app = await newApp();
    const mine = await begin(app, "ada@example.com");
    const other = await begin(app, "ada@example.com");
    await fill(mine.browser, mine.at("code/send"), {}, mine.at("password"));
    const code = codeIn((await mailTo(app, "ada@example.com"))[0]?.text);
    expect((await fill(other.browser, other.at("code"), { code })).status).toBe(400);
    const forged = await mine.browser.send(mine.at("code"), { method: "POST", form: { code } });
    expect(forged.status).toBe(403);
    const done = await fill(mine.browser, mine.at("code"), { code });
    expect(done.status).toBe(303);
    const back = await mine.browser.follow(new URL(done.location, app.url).href, app.url);
    expect(new URL(back.url).searchParams.get("code")).toEqual(expect.any(String));
    expect(good(await app.api.get(`${app.issuer}/sessions`))).toContainEqual(
      expect.objectContaining({ authentication: expect.objectContaining({ method: "email-code", amr: ["otp"] }) }),
    );
  });

  test("of an address that nobody had proved drives out whoever came before its owner", async () => {
    const app = await newApp({ security: { verify_email: false } });
    const attacker = await begin(app);
    const made = await fill(attacker.browser, attacker.at("sign-up"), {
      ...{ email: "owner@example.com", name: "Eve", password: "the attacker's words" },
    });
    const signedIn = await attacker.browser.follow(new URL(made.location, app.url).href, app.url);
    expect(new URL(signedIn.url).searchParams.get("code")).toEqual(expect.any(String));
    const owner = await begin(app, "owner@example.com");
    await fill(owner.browser, owner.at("code/send"), {}, owner.at("password"));
    const code = codeIn((await mailTo(app, "owner@example.com"))[0]?.text);
    expect((await fill(owner.browser, owner.at("code"), { code })).status).toBe(303);
    const again = await app.authorize({ prompt: "none" }, attacker.browser);
    expect(again.answer.get("error")).toBe("login_required");
    const late = await begin(app, "owner@example.com");
    expect((await fill(late.browser, late.at("password"), { password: "the attacker's words" })).status).toBe(400);
  });
});

describe("a link", () => {
  test("is used by its button alone, once, and in the browser that asked for it", async () => {
    const app = await newApp();
    const { browser, at } = await begin(app, "ada@example.com");
    await fill(browser, at("link/send"), {}, at("password"));
    const link = await linkTo(app, "ada@example.com", "/link/");
    const events = await eventsBy(app.api, async () => {
      for (let count = 0; count < 3; count += 1) expect((await browser.send(link)).status).toBe(200);
      const elsewhere = await newBrowser().send(link);
      expect(elsewhere.status).toBe(403);
      expect(await elsewhere.text()).toContain("open this link in the other browser");
      expect((await browser.send(link, { method: "POST", form: {} })).status).toBe(403);
    });
    expect(events).toEqual([]);
    const done = await fill(browser, link, {});
    expect(done.status).toBe(303);
    const back = await browser.follow(new URL(done.location, app.url).href, app.url);
    expect(new URL(back.url).searchParams.get("code")).toEqual(expect.any(String));
  });
});

describe("a sign-up", () => {
  test("by prompt=create ends at the application, with what was accepted", async () => {
    const app = await newApp();
    good(await app.api.patch(app.issuer, { links: { terms_of_service: "https://example.com/terms" } }));
    const { browser, at } = await begin(app, undefined, { prompt: "create" });
    const form = { email: "new@example.com", name: "New Person", password };
    const forged = await browser.send(at("sign-up"), { method: "POST", form });
    expect(forged.status).toBe(403);
    expect(await mailTo(app, "new@example.com")).toEqual([]);
    expect((await fill(browser, at("sign-up"), form)).location).toContain("/verify");
    const code = codeIn((await mailTo(app, "new@example.com"))[0]?.text);
    const done = await fill(browser, at("verify"), { code });
    const back = await browser.follow(new URL(done.location, app.url).href, app.url);
    expect(new URL(back.url).searchParams.get("code")).toEqual(expect.any(String));
    const [user] = good(await app.api.get(`${app.issuer}/users?limit=1`));
    expect(user).toMatchObject({ username: "new@example.com" });
    expect(good(await app.api.get(`${app.issuer}/users/${user.id}`))).toMatchObject({
      profile: { email_verified: true, display_name: "New Person" },
      compliance: { terms_accepted_at: expect.any(Number) },
    });
  });

  test("is closed, or waits for approval, as the issuer says", async () => {
    const closed = await newApp({ access: { mode: "invite_only" } });
    const one = await begin(closed);
    expect((await one.browser.send(one.at("sign-up"))).status).toBe(403);
    const app = await newApp({ access: { mode: "approval" }, security: { verify_email: false } });
    for (const email of ["ada@example.com", "new@example.com"]) {
      const { browser, at } = await begin(app);
      const { status } = await fill(browser, at("sign-up"), { email, name: "N", password });
      expect(status, email).toBe(403);
    }
  });
});

describe("a new password", () => {
  test("is set by the form of the link, and ends the sessions there were", async () => {
    const app = await newApp();
    const { browser: signedIn } = await app.authorize();
    const { browser, at } = await begin(app);
    expect((await browser.send(at("reset"), { method: "POST", form: { email: "ada@example.com" } })).status).toBe(403);
    await fill(browser, at("reset"), { email: "ada@example.com" });
    const link = await linkTo(app, "ada@example.com", "/ui/reset/");
    const reader = newBrowser();
    for (let count = 0; count < 3; count += 1) expect((await reader.send(link)).status).toBe(200);
    expect((await fill(reader, link, { password: "short" })).status).toBe(400);
    const done = await fill(reader, link, { password: "another battery staple" });
    expect([done.status, done.location]).toEqual([303, expect.stringMatching(/\/ui\/account$/)]);
    expect((await app.authorize({ prompt: "none" }, signedIn)).answer.get("error")).toBe("login_required");
    expect((await reader.send(link)).status).toBe(400);
    const later = await begin(app, "ada@example.com");
    expect((await fill(later.browser, later.at("password"), { password })).status).toBe(400);
    const right = await fill(later.browser, later.at("password"), { password: "another battery staple" });
    expect(right.status).toBe(303);
  });
});

describe("a password", () => {
  test("is locked by five wrong ones for their network alone", async () => {
    const app = await newApp();
    const { browser, at } = await begin(app, "ada@example.com");
    for (let count = 0; count < 5; count += 1) {
      expect((await fill(browser, at("password"), { password: "wrong words" })).status).toBe(400);
    }
    expect((await fill(browser, at("password"), { password })).status).toBe(429);
    const { database, deps } = world.server;
    const given = { issuerId: app.issuerId, identifier: "ada@example.com", source: "203.0.113.9" };
    const place = { database, deps, accountId: app.accountId };
    expect(await checkPassword(place, given, password, async (_, result) => result)).toMatchObject({
      outcome: "right",
    });
  });
});

test("a session that was there before is not the one after a sign-in", async () => {
  const app = await newApp();
  await newUser(app, "bob@example.com", {
    username_type: "email",
    password,
    profile: { email: "bob@example.com", email_verified: true },
  });
  const { browser } = await app.authorize();
  const sessionOf = () => [...browser.cookies].find(([name]) => name.includes("session"))?.[1].value;
  const before = sessionOf();
  expect(before).toEqual(expect.any(String));
  const { url } = await browser.follow(app.authorizeUrl({ prompt: "login" }).url, app.url);
  await fill(browser, url, { identifier: "bob@example.com" });
  const done = await fill(browser, `${url}/password`, { password });
  const back = await browser.follow(new URL(done.location, app.url).href, app.url);
  expect(new URL(back.url).searchParams.get("code")).toEqual(expect.any(String));
  expect(sessionOf()).toEqual(expect.any(String));
  expect(sessionOf()).not.toBe(before);
});

test("no form does anything without its token", async () => {
  const app = await newApp();
  const { browser, at } = await begin(app, "ada@example.com");
  const forms = {
    ...{ "": { identifier: "eve@example.com" }, password: { password }, methods: { method: "x" } },
    ...{ "code/send": {}, code: { code: "000000" }, "link/send": {}, "verify/send": {}, verify: { code: "000000" } },
    reset: { email: "ada@example.com" },
    "sign-up": { email: "new@example.com", name: "N", password },
  };
  const events = await eventsBy(app.api, async () => {
    for (const [page, form] of Object.entries(forms)) {
      expect((await browser.send(at(page), { method: "POST", form })).status, page).toBe(403);
    }
    const reset = await browser.send(`${app.url}/ui/reset/anything`, { method: "POST", form: { password } });
    expect(reset.status).toBe(403);
  });
  expect(events).toEqual([]);
  expect(await mailTo(app, "ada@example.com")).toEqual([]);
  expect(await mailTo(app, "new@example.com")).toEqual([]);
});

test("an issuer's methods are chosen among, and one without any says so", async () => {
  const app = await newApp();
  const methods = good(await app.api.get(`${app.issuer}/auth-methods`)) as { id: string; method: string }[];
  const { browser, at } = await begin(app, "ada@example.com");
  const code = methods.find(({ method }) => method === "email-code");
  expect((await fill(browser, at("methods"), { method: code?.id ?? "" })).location).toMatch(/\/code$/);
  expect((await mailTo(app, "ada@example.com")).length).toBe(1);
  for (const { id } of methods) good(await app.api.patch(`${app.issuer}/auth-methods/${id}`, { enabled: false }));
  expect((await fill(browser, at(""), { identifier: "ada@example.com" })).location).toMatch(/\/none$/);
  expect(await (await browser.send(at("none"))).text()).toContain("Nobody can sign in here yet");
});
