import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { eventsBy, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication, password } from "../idp/application.ts";
import { newBrowser } from "../idp/browser.ts";
import { walk } from "../idp/walk.ts";

const world = await createWorld();

const enter = async (app: Application, path: string) => {
  const first = await walk(newBrowser(), app.url)(`${app.url}/ui/account${path}`);
  return (await first.submit({ identifier: "ada@example.com" })).submit({ password });
};
const typesBy = async (app: Application, work: () => Promise<unknown>) =>
  (await eventsBy(app.api, work)).map(({ type }) => type);
const userOf = async (app: Application) => good(await app.api.get(`${app.issuer}/users/${app.user.id}`));
const codeTo = async (app: Application, address: string): Promise<string> => {
  await runJobs(world.server);
  const mails: { to: string; text: string }[] = (await app.api.get("/dev/mail.json")).body.data;
  const mail = mails.find(({ to }) => to === address);
  return /\b(\d{3} ?\d{3})\b/.exec(mail?.text ?? "")?.[1]?.replace(" ", "") ?? "";
};
const secretIn = (html: string): string =>
  /secret&#61;([A-Z2-7]+)/.exec(html)?.[1] ?? /\b([A-Z2-7]{32})\b/.exec(html.replace(/[ \u00a0]/g, ""))?.[1] ?? "";

test("an authenticator app is added by its first code, and brings backup codes; both can be replaced and taken away", async () => {
  const app = await newApplication(world);
  const page = await enter(app, "/second-factor/add");
  expect(page.status).toBe(200);
  const enrollment_id = /name="enrollment_id" value="([^"]+)"/.exec(page.html)?.[1] ?? "";
  const wrong = await page.submit({ code: "000000", enrollment_id });
  expect(wrong.status).toBe(400);
  const secret = secretIn(wrong.html);
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: world.server.clock.now() });
  const added = await typesBy(app, async () => {
    const done = await wrong.submit({ code, enrollment_id });
    expect([done.status, /[0-9a-z]{5}-[0-9a-z]{5}/.test(done.html)]).toEqual([200, true]);
  });
  expect(added.sort()).toEqual(["user.mfa.factor-created", "user.verifier.created"]);
  expect((await userOf(app)).security).toMatchObject({ totp_enrolled: true, backup_codes_remaining: 10 });
  const list = await page.open(`${app.url}/ui/account/second-factor`);
  expect(await typesBy(app, () => list.submit({ intent: "backup_codes" }))).toEqual([
    "user.mfa.backup-codes.regenerated",
  ]);
  const [factor] = good(await app.api.get(`${app.issuer}/users/${app.user.id}/verifiers`)).filter(
    ({ type }: { type: string }) => type === "totp",
  );
  expect((await list.submit({ intent: "remove", id: "vrf_0000000000000000000000000" })).status).toBe(404);
  expect(await typesBy(app, () => list.submit({ intent: "remove", id: factor.id }))).toEqual([
    "user.mfa.factor-deleted",
  ]);
  expect((await userOf(app)).security.totp_enrolled).toBe(false);
});

test("another address is the user's once the code that was sent there is typed in this session", async () => {
  const app = await newApplication(world);
  const page = await enter(app, "/email");
  expect((await page.submit({ email: "no address" })).status).toBe(400);
  const asked = await page.submit({ email: "ada@new.example" });
  expect(asked.url).toMatch(/\/email\/verify$/);
  expect((await userOf(app)).profile.email).toBe("ada@example.com");
  const code = await codeTo(app, "ada@new.example");
  expect((await asked.submit({ code: "000000" })).status).toBe(400);
  const elsewhere = await enter(app, "/email/verify");
  expect(elsewhere.url).not.toMatch(/verify$/);
  const types = await typesBy(app, async () => expect((await asked.submit({ code })).url).toContain("done=saved"));
  expect(types).toContain("user.email.changed");
  expect(await userOf(app)).toMatchObject({
    username: "ada@new.example",
    profile: { email: "ada@new.example", email_verified: true },
  });
});

test("an address that nobody has shown to be theirs is confirmed by a code", async () => {
  const app = await newApplication(world);
  const page = await enter(app, "");
  const sent = await page.submit({}, `${app.url}/ui/account/email/confirm/send`);
  expect(sent.url).toMatch(/\/email\/confirm/);
  const done = await sent.submit({ code: await codeTo(app, "ada@example.com") });
  expect(done.url).toContain("done=saved");
  expect((await userOf(app)).profile.email_verified).toBe(true);
});
