import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { eventsBy, good } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication, password } from "./application.ts";
import { type Browser, newBrowser } from "./browser.ts";
import { type Place, walk } from "./walk.ts";

const world = await createWorld();
const { clock } = world.server;
const codeOf = (secret: string) => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: clock.now() });
const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

/** An issuer with such a policy, and whether Ada has an authenticator app. */
const setUp = async ({ mfa = "optional", enrolled = true, devices = true } = {}) => {
  const app = await newApplication(world);
  const security = { mfa, trusted_devices: { enabled: devices, max_age: 30 * 86_400 } };
  good(await app.api.patch(app.issuer, { settings: { security } }));
  const verifiers = `${app.issuer}/users/${app.user.id}/verifiers`;
  let secret = "";
  let codes: string[] = [];
  if (enrolled) {
    const begun = good(await app.api.post(verifiers, { type: "totp" }));
    secret = begun.secret;
    const done = await app.api.post(`${verifiers}/complete-enrollment`, {
      enrollment_id: begun.enrollment_id,
      code: codeOf(secret),
    });
    codes = good(done).backup_codes;
    clock.advance(60_000);
  }
  /** Past the password, to what is asked for then. */
  const arrive = async (params: Record<string, string> = {}, browser: Browser = newBrowser()) => {
    const { url, verifier } = app.authorizeUrl(params);
    const first = await walk(browser, app.url)(url);
    if (!first.html.includes('name="identifier"')) return { place: first, verifier, browser };
    const second = await first.submit({ identifier: "ada@example.com" });
    return { place: await second.submit({ password }), verifier, browser };
  };
  /** What the ID token says of the sign-in. */
  const told = async ({ url }: Place, verifier: string) => {
    const { body } = await app.exchange({ answer: new URL(url).searchParams, verifier });
    return claimsOf(body.id_token);
  };
  const codeIn = ({ url }: Place) => new URL(url).searchParams.get("code");
  return { ...app, verifiers, secret, codes, arrive, told, codeIn };
};

test("who has an authenticator app is asked for its code, and the tokens say so", async () => {
  const app = await setUp();
  const { place, verifier } = await app.arrive();
  expect(place.url).toMatch(/\/totp$/);
  const wrong = await place.submit({ code: "000000" });
  expect([wrong.status, app.codeIn(wrong)]).toEqual([400, null]);
  const events = await eventsBy(app.api, async () => {
    const back = await wrong.submit({ code: codeOf(app.secret) });
    expect(await app.told(back, verifier)).toMatchObject({ acr: "2", amr: ["pwd", "otp", "mfa"] });
  });
  expect(events.map(({ type }) => type)).toContain("user.mfa.verification.succeeded");
});

test("off is off, and who has none is not asked where it is optional", async () => {
  for (const given of [{ mfa: "off" }, { mfa: "optional", enrolled: false }]) {
    const app = await setUp(given);
    const { place, verifier } = await app.arrive({ acr_values: "2" });
    expect(await app.told(place, verifier)).toMatchObject({ acr: "1", amr: ["pwd"] });
  }
});

test("a code is good once, a backup code too, and side by side", async () => {
  const app = await setUp();
  const code = codeOf(app.secret);
  const first = await app.arrive();
  expect(app.codeIn(await first.place.submit({ code }))).not.toBeNull();
  const second = await app.arrive();
  expect((await second.place.submit({ code })).status).toBe(400);

  const [backup = "", another = ""] = app.codes;
  const page = await second.place.open(second.place.url.replace("/totp", "/backup-code"));
  expect(app.codeIn(await page.submit({ code: backup }))).not.toBeNull();
  const third = await app.arrive();
  const again = await third.place.open(third.place.url.replace("/totp", "/backup-code"));
  expect((await again.submit({ code: backup })).status).toBe(400);

  // Each kind after a while: of twenty at once, what is not the first is wrong, and five of these lock.
  const sideBySide = async (page: string, code: () => string) => {
    clock.advance(20 * 60_000);
    const places = await Promise.all(Array.from({ length: 20 }, () => app.arrive()));
    const same = code();
    const results = await Promise.all(
      places.map(({ place }) => place.submit({ code: same }, place.url.replace("/totp", page))),
    );
    return results.filter((place) => app.codeIn(place) !== null).length;
  };
  expect(await sideBySide("/backup-code", () => another)).toBe(1);
  expect(await sideBySide("/totp", () => codeOf(app.secret))).toBe(1);
});

test("nobody gets past it by an address", async () => {
  const app = await setUp({ mfa: "required" });
  const { place } = await app.arrive();
  const at = place.url.replace(/\/totp$/, "");
  const uid = at.split("/").at(-1);
  for (const page of ["enrol-totp", "backup-codes"]) {
    expect((await place.open(`${at}/${page}`)).url, page).toMatch(/\/(totp|interaction\/[^/]+)$/);
    const sent = await place.submit({ code: "123456", enrollment_id: "uv_x" }, `${at}/${page}`);
    expect(app.codeIn(sent), page).toBeNull();
  }
  for (const page of ["consent", "account", "organization"]) {
    const sent = await place.submit(
      { decision: "allow", account: app.user.id, organization: app.orgId },
      `${at}/${page}`,
    );
    expect(app.codeIn(sent), page).toBeNull();
  }
  // The provider asks again from the beginning.
  const resumed = await place.open(`${app.url}/authorize/${uid}`);
  expect(resumed.html).toContain('name="identifier"');
  // Without the first factor there is no second.
  const fresh = await walk(newBrowser(), app.url)(app.authorizeUrl().url);
  for (const page of ["totp", "backup-code", "enrol-totp", "backup-codes"]) {
    expect((await fresh.open(`${fresh.url}/${page}`)).url, page).toBe(fresh.url);
    const sent = await fresh.submit({ code: codeOf(app.secret), enrollment_id: "x" }, `${fresh.url}/${page}`);
    expect(sent.url, page).toBe(fresh.url);
  }
  // Each form has its token.
  const again = await app.arrive();
  for (const page of ["totp", "backup-code", "enrol-totp", "backup-codes"]) {
    const target = again.place.url.replace("/totp", `/${page}`);
    expect((await again.place.submit({ csrf: "x", code: codeOf(app.secret) }, target)).status, page).toBe(403);
  }
  // Naming somebody else starts anew.
  const renamed = await again.place.submit(
    { identifier: "eve@example.com" },
    at.replace(/[^/]+$/, again.place.url.split("/").at(-2) ?? ""),
  );
  expect((await renamed.open(again.place.url)).html).not.toContain('name="code"');
});

test("the first factor waits for ten minutes", async () => {
  const app = await setUp();
  const { place } = await app.arrive();
  clock.advance(10 * 60_000 + 1);
  const late = await place.submit({ code: codeOf(app.secret) });
  expect(late.html).toContain('name="identifier"');
});

test("five wrong codes lock it", async () => {
  const app = await setUp();
  const { place } = await app.arrive();
  for (let at = 0; at < 5; at += 1) await place.submit({ code: "000000" });
  expect((await place.submit({ code: codeOf(app.secret) })).status).toBe(429);
  clock.advance(15 * 60_000 + 1);
  const { place: later } = await app.arrive();
  expect(app.codeIn(await later.submit({ code: codeOf(app.secret) }))).not.toBeNull();
});

test("where it is required, who has none sets one up; the codes are shown once", async () => {
  const app = await setUp({ mfa: "required", enrolled: false });
  const { place, verifier, browser } = await app.arrive();
  expect(place.url).toMatch(/\/enrol-totp$/);
  const enrollment_id = /name="enrollment_id" value="([^"]+)"/.exec(place.html)?.[1] ?? "";
  const secret = (/class="secret">([^<]+)</.exec(place.html)?.[1] ?? "").replaceAll(" ", "");
  const wrong = await place.submit({ enrollment_id, code: "000000" });
  expect(wrong.status).toBe(400);
  expect(wrong.html).toContain(enrollment_id);
  // The first factor alone leads nowhere.
  expect((await place.open(place.url.replace("enrol-totp", "backup-codes"))).url).not.toContain("code=");
  const shown = await wrong.submit({ enrollment_id, code: codeOf(secret) });
  expect(shown.html).toContain('class="codes"');
  const back = await shown.submit({}, place.url.replace("enrol-totp", "backup-codes"));
  expect(await app.told(back, verifier)).toMatchObject({ acr: "2", amr: ["pwd", "otp", "mfa"] });
  const user = good(await app.api.get(`${app.issuer}/users/${app.user.id}`));
  expect(user.security).toMatchObject({ totp_enrolled: true, backup_codes_remaining: 10 });
  expect(app.codeIn((await app.arrive({}, browser)).place)).not.toBeNull();
  expect((await app.arrive()).place.url).toMatch(/\/totp$/);
});

test("a trusted device is not asked, until the trust ends", async () => {
  const app = await setUp({ mfa: "required" });
  const browser = newBrowser();
  const first = await app.arrive({}, browser);
  const events = await eventsBy(app.api, async () => {
    await first.place.submit({ code: codeOf(app.secret), trust: "yes" });
  });
  const trusted = events.find(({ type }) => type === "user.device.trusted");
  expect(trusted?.subject.user_id).toBe(app.user.id);
  expect(JSON.stringify(events)).not.toContain("fingerprint");
  const second = await app.arrive({ prompt: "login" }, browser);
  expect(await app.told(second.place, second.verifier)).toMatchObject({ acr: "1", amr: ["pwd"] });
  // Another browser is, and so is this one where an application wants to be told of two.
  expect((await app.arrive()).place.url).toMatch(/\/totp$/);
  const asked = await app.arrive({ acr_values: "2" }, browser);
  expect(asked.place.url).toMatch(/\/totp$/);
  clock.advance(60_000);
  expect(await app.told(await asked.place.submit({ code: codeOf(app.secret) }), asked.verifier)).toMatchObject({
    acr: "2",
  });
  await app.api.post(`${app.issuer}/users/${app.user.id}/trusted-devices/revoke-all`);
  expect((await app.arrive({ prompt: "login" }, browser)).place.url).toMatch(/\/totp$/);
});

test("no device is trusted where the issuer has none", async () => {
  const app = await setUp({ devices: false });
  const browser = newBrowser();
  const { place } = await app.arrive({}, browser);
  expect(place.html).not.toContain('name="trust"');
  await place.submit({ code: codeOf(app.secret), trust: "yes" });
  expect((await app.arrive({ prompt: "login" }, browser)).place.url).toMatch(/\/totp$/);
});

test("an organization that asks for two factors lets nobody in by one", async () => {
  const app = await setUp({ mfa: "optional", enrolled: false });
  good(await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["a:read"] }));
  const browser = newBrowser();
  const plain = await app.arrive({ org: app.orgId }, browser);
  expect(await app.told(plain.place, plain.verifier)).toMatchObject({ acr: "1", org_id: app.orgId });
  good(await app.api.patch(app.organization, { security: { mfa_required: true } }));
  const silent = await app.arrive({ org: app.orgId, prompt: "none" }, browser);
  expect(new URL(silent.place.url).searchParams.get("error")).toBe("login_required");
  const asked = await app.arrive({ org: app.orgId }, browser);
  expect(asked.place.url).toMatch(/\/enrol-totp$/);
  const enrollment_id = /name="enrollment_id" value="([^"]+)"/.exec(asked.place.html)?.[1] ?? "";
  const secret = (/class="secret">([^<]+)</.exec(asked.place.html)?.[1] ?? "").replaceAll(" ", "");
  const shown = await asked.place.submit({ enrollment_id, code: codeOf(secret) });
  const back = await shown.submit({}, asked.place.url.replace("enrol-totp", "backup-codes"));
  expect(await app.told(back, asked.verifier)).toMatchObject({ acr: "2", org_id: app.orgId });
  // And now it is a session of two.
  expect(app.codeIn((await app.arrive({ org: app.orgId, prompt: "none" }, browser)).place)).not.toBeNull();
});

test("an organization that asks for two factors is not entered by naming none", async () => {
  const app = await setUp({ mfa: "optional" });
  good(await app.api.post(`${app.organization}/members`, { member_id: app.user.id, scopes: ["a:read"] }));
  const other = good(await app.api.post(`${app.issuer}/organizations`, { name: "Initech" })).id;
  good(
    await app.api.post(`${app.issuer}/organizations/${other}/members`, { member_id: app.user.id, scopes: ["a:read"] }),
  );
  good(await app.api.patch(`${app.issuer}`, { settings: { security: { mfa: "off" } } }));
  const browser = newBrowser();
  await expect.poll(async () => app.codeIn((await app.arrive({}, browser)).place)).not.toBeNull();
  good(await app.api.patch(app.organization, { security: { mfa_required: true } }));
  const silent = async (params: Record<string, string>) =>
    new URL((await app.arrive({ prompt: "none", ...params }, browser)).place.url).searchParams.get("error");
  expect(await silent({})).toBe("login_required");
  expect(await silent({ org: other })).toBeNull();
  // Which one it will be is not known before it is chosen.
  const choosing = await app.arrive({ prompt: "select_organization" }, browser);
  expect(choosing.place.url).toMatch(/\/organization$/);
  expect(app.codeIn(await choosing.place.submit({ organization: other }))).not.toBeNull();
  const again = await app.arrive({ prompt: "select_organization" }, browser);
  expect((await again.place.submit({ organization: app.orgId })).url).not.toMatch(/callback/);
  const { place, verifier } = await app.arrive({});
  expect(place.url).toMatch(/\/totp$/);
  const back = await place.submit({ code: codeOf(app.secret) });
  expect(await app.told(back, verifier)).toMatchObject({ acr: "2" });
});
