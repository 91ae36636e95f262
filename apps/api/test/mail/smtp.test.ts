import { afterAll, beforeEach, expect, test } from "vitest";
import { Redacted } from "../../src/domain/redacted.ts";
import { eventsOf, good, newPlace } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { startMailServer } from "./smtp.ts";

const login = { user: "authpi", pass: "p@ss word" };
const smtp = await startMailServer(login);
afterAll(() => smtp.close());
const smtpUrl = (pass = login.pass) =>
  new Redacted(`smtp://${login.user}:${encodeURIComponent(pass)}@127.0.0.1:${smtp.port}`);
const world = await createWorld({ mail: { smtpUrl: smtpUrl(), from: "Acme Mail <no-reply@acme.example>" } });
const { clock, deps } = world.server;
const HOUR = 3_600_000;

beforeEach(async () => {
  await runJobs(world.server);
  smtp.received.length = 0;
});

const newScene = async () => {
  const place = await newPlace(world, { organization: { name: "Globex" } });
  const path = `${place.organization}/invitations`;
  const invite = async (more: object = {}) =>
    good(await place.api.post(path, { email_invited: "ada@example.com", scopes: ["a"], ...more }));
  const mails = () =>
    world.sql<{ id: string; status: string; attempts: number; sent_at: number | null; payload: Buffer | null }>(
      "select id, status, attempts, sent_at, payload from mails where account_id = $1 order by id desc",
      [place.accountId],
    );
  const told = () => eventsOf(place.api, "event_types=email.sent,email.failed");
  return { ...place, path, invite, mails, told };
};

test("a mail leaves with the change's transaction, as text and as HTML, under headers that say what it is", async () => {
  const { invite, mails, told, issuerId } = await newScene();
  await invite({ message: "Wełcome <b>here</b>", inviter: { name: "Grâce" } });
  expect(await mails()).toMatchObject([{ status: "queued", attempts: 0, sent_at: null, payload: expect.any(Buffer) }]);
  await runJobs(world.server);
  const [mail, ...rest] = smtp.received;
  expect(rest).toEqual([]);
  expect(mail).toMatchObject({ from: "no-reply@acme.example", to: ["ada@example.com"], user: login.user });
  const [row] = await mails();
  const header = (name: string) => mail?.headers.get(name);
  expect(header("from")).toBe("Acme Mail <no-reply@acme.example>");
  expect(header("to")).toBe("ada@example.com");
  expect(header("subject")).toBe("You are invited to Globex");
  expect(header("message-id")).toBe(`<${row?.id}@acme.example>`);
  expect(header("auto-submitted")).toBe("auto-generated");
  expect(header("content-type")).toMatch(/^multipart\/alternative;/);
  const link = new RegExp(`http://[^/]+/${issuerId}/ui/invitations/ain_[0-9A-Za-z]{49}`);
  expect(mail?.text).toMatch(link);
  expect(mail?.text).toContain("Grâce invites you to join Globex on acme.");
  expect(mail?.text).toContain("> Wełcome <b>here</b>");
  expect(mail?.html).toMatch(link);
  expect(mail?.html).toContain("Wełcome &#60;b&#62;here&#60;/b&#62;");

  expect(row).toMatchObject({ status: "sent", attempts: 1, payload: null });
  const [event, ...others] = await told();
  expect(others).toEqual([]);
  expect(event).toMatchObject({
    type: "email.sent",
    subject: { type: "email", id: row?.id, issuer_id: issuerId },
    data: { resource: { to: "ada@example.com", template: "invitation", locale: "en", status: "sent", attempts: 1 } },
  });
  expect(JSON.stringify(event)).not.toMatch(/ain_|Wełcome/);
});

test("a 4xx is tried again, with the same Message-ID, and then the mail is sent once", async () => {
  const { invite, mails, told } = await newScene();
  await invite();
  smtp.refuse({ code: 451, at: "recipient", text: "Come back later" }, { code: 452, at: "data", text: "Full" });
  for (const attempts of [1, 2]) {
    const [job] = (await runJobs(world.server)).filter(({ name }) => name === "mails.send");
    expect(String(job?.error)).toMatch(/Come back later|Full/);
    expect(await mails()).toMatchObject([{ status: "queued", attempts, payload: expect.any(Buffer) }]);
    expect(await told()).toEqual([]);
    clock.advance(HOUR);
  }
  await runJobs(world.server);
  expect(smtp.received).toHaveLength(1);
  expect(await mails()).toMatchObject([{ status: "sent", attempts: 3, payload: null }]);
  expect((await told()).map(({ type }) => type)).toEqual(["email.sent"]);
});

test.each(["recipient", "data"] as const)("a 5xx at the %s is final at once", async (at) => {
  const { invite, mails, told } = await newScene();
  await invite();
  smtp.refuse({ code: 550, at, text: "No such mailbox" });
  await runJobs(world.server);
  clock.advance(HOUR);
  expect((await runJobs(world.server)).filter(({ name }) => name === "mails.send")).toEqual([]);
  expect(smtp.received).toEqual([]);
  expect(await mails()).toMatchObject([{ status: "failed", attempts: 1, sent_at: null, payload: null }]);
  expect(await told()).toMatchObject([
    {
      type: "email.failed",
      data: { resource: { status: "failed" }, reason: expect.stringContaining("No such mailbox") },
    },
  ]);
});

test("a server that is out of reach, or refuses our login, fails a mail on the last try, and tells no tenant why", async () => {
  const { invite, mails, told } = await newScene();
  await invite();
  deps.mail.smtpUrl = smtpUrl("wrong");
  const tries: unknown[] = [];
  for (let round = 0; round < 20; round++) {
    if (round === 2) deps.mail.smtpUrl = new Redacted("smtp://127.0.0.1:1");
    const jobs = (await runJobs(world.server)).filter(({ name }) => name === "mails.send");
    tries.push(...jobs.map(({ error }) => error));
    if (tries.length < 16) expect(await mails()).toMatchObject([{ status: "queued", attempts: tries.length }]);
    clock.advance(HOUR);
  }
  deps.mail.smtpUrl = smtpUrl();
  expect(tries).toHaveLength(16);
  expect(String(tries[0])).toMatch(/535/);
  expect(String(tries[2])).toMatch(/ECONNREFUSED/);
  expect(await mails()).toMatchObject([{ status: "failed", attempts: 16, payload: null }]);
  expect(await told()).toMatchObject([
    { type: "email.failed", data: { reason: "The mail could not be handed to the mail server." } },
  ]);
});

test("a crash between sending and marking sends it again under the same Message-ID, and never a third time", async () => {
  const { invite, mails, accountId } = await newScene();
  await invite();
  await world.sql(`create or replace function refuse_event() returns trigger language plpgsql as
    $$ begin raise exception 'this event cannot be written'; end $$`);
  await world.sql(`create trigger refuse before insert on events for each row
    when (new.account_id = '${accountId}') execute function refuse_event()`);
  await runJobs(world.server);
  await world.sql("drop trigger refuse on events");
  clock.advance(HOUR);
  await runJobs(world.server);
  clock.advance(HOUR);
  await runJobs(world.server);
  const ids = smtp.received.map(({ headers }) => headers.get("message-id"));
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
  expect(await mails()).toMatchObject([{ status: "sent", attempts: 2 }]);
});

test("a mail that has waited does not leave once its invitation has ended or has a newer link", async () => {
  const { api, path, invite, mails, told, organization } = await newScene();
  const { id } = await invite();
  good(await api.post(`${path}/${id}/resend`));
  const revoked = await invite({ email_invited: "bob@example.com" });
  good(await api.post(`${path}/${revoked.id}/revoke`));
  await runJobs(world.server);
  expect(smtp.received.map(({ to }) => to)).toEqual([["ada@example.com"]]);
  expect((await mails()).map(({ status, payload }) => [status, payload])).toEqual([
    ["failed", null],
    ["sent", null],
    ["failed", null],
  ]);
  expect((await told()).filter(({ type }) => type === "email.failed")).toHaveLength(2);
  await invite({ email_invited: "carol@example.com" });
  good(await api.delete(organization));
  await runJobs(world.server);
  expect(smtp.received).toHaveLength(1);
});

test("no name gets a header of its own into a mail", async () => {
  const { api, invite, organization } = await newScene();
  const odd = 'Evil" <x@evil.example>, =?utf-8?q?=0ABcc:=20x@evil.example?= Ünï';
  good(await api.patch(organization, { name: odd }));
  await invite({ inviter: { name: odd } });
  await runJobs(world.server);
  const [mail] = smtp.received;
  expect(mail?.to).toEqual(["ada@example.com"]);
  expect(mail?.headers.get("to")).toBe("ada@example.com");
  expect([...(mail?.headers.keys() ?? [])].filter((name) => /^(bcc|cc|reply-to)$/.test(name))).toEqual([]);
  expect(mail?.raw).not.toMatch(/^bcc:/im);
});

test("a server that sends its mail has no mailbox page", async () => {
  const { api } = await newScene();
  for (const path of ["/dev/mail", "/dev/mail.json"]) expect((await api.get(path)).status).toBe(404);
});

test("mails of a month ago are forgotten, and so are counts whose window is over", async () => {
  const { invite, mails, accountId } = await newScene();
  await invite();
  await runJobs(world.server);
  const purge = async () => {
    await world.sql("insert into pgboss.job (name) values ('mails.purge'), ('rate-limits.purge')");
    expect((await runJobs(world.server)).filter(({ error }) => error)).toEqual([]);
  };
  const counts = () => world.sql("select from rate_limits where account_id = $1", [accountId]);
  await purge();
  expect(await mails()).toHaveLength(1);
  expect(await counts()).toHaveLength(2);
  clock.advance(31 * 24 * HOUR);
  await purge();
  expect(await mails()).toEqual([]);
  expect(await counts()).toEqual([]);
});
