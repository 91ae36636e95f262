import { expect, test, vi } from "vitest";
import { good, newPlace } from "../core/support.ts";
import { apiClient } from "../harness/client.ts";
import { runJobs } from "../harness/jobs.ts";
import { organizationClient } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";
import { mailsOf } from "./support.ts";

const world = await createWorld();
const paths = ["/dev/mail", "/dev/mail.json"];

const withMails = async (...addresses: string[]) => {
  const place = await newPlace(world, { issuer: { name: "acme <script>alert(1)</script>" } });
  for (const email of addresses) {
    const body = { email_invited: email, scopes: ["a"], message: "</iframe><script>alert(2)</script>" };
    good(await place.api.post(`${place.organization}/invitations`, body));
  }
  await runJobs(world.server);
  return place;
};

test("the mailbox has the account's mails, newest first, and by their address", async () => {
  const { api, issuerId } = await withMails("ada@example.com", "bob@example.com");
  const mails = await mailsOf(api);
  expect(mails.map(({ to }) => to)).toEqual(["bob@example.com", "ada@example.com"]);
  expect(mails[0]).toEqual({
    id: expect.stringMatching(/^mail_/),
    issuer_id: issuerId,
    to: "bob@example.com",
    subject: "You are invited to Globex",
    text: expect.stringContaining("Globex"),
    html: expect.stringContaining("Globex"),
    links: [expect.stringContaining("/ui/invitations/")],
    created_at: expect.any(Number),
  });
  expect((await mailsOf(api, "?to=ADA@example.com")).map(({ to }) => to)).toEqual(["ada@example.com"]);
  expect(await mailsOf(api, "?to=nobody@example.com")).toEqual([]);
  expect((await api.get("/dev/mail.json?from=x")).status).toBe(400);
});

test("another tenant sees none of them", async () => {
  await withMails("ada@example.com");
  const stranger = await world.tenant();
  expect(await mailsOf(stranger.api)).toEqual([]);
  const page = await stranger.api.get("/dev/mail");
  expect(page.text).toContain("There is no mail.");
  expect(page.text).not.toContain("ada@example.com");
});

test("a mail of the account's own organization is in its own mailbox alone", async () => {
  const { api, accountId } = await world.tenant();
  const { organization } = good(await api.get(`/v1/accounts/${accountId}`));
  const path = `issuers/${organization.issuer_id}/organizations/${organization.id}/invitations`;
  good(await api.post(path, { email_invited: "grace@example.com", scopes: ["issuers:read"] }));
  await runJobs(world.server);
  expect(await mailsOf(api)).toHaveLength(1);
  expect(await mailsOf((await world.tenant()).api)).toEqual([]);
});

test("it wants a key of an account that holds everything: its links are as good as what they lead to", async () => {
  const { api, accountId, ...tenant } = await withMails("ada@example.com");
  const weak = await world.keyOf(accountId, ["issuers:**", "events:read"]);
  const ofOrganization = await organizationClient({ api, accountId, ...tenant });
  for (const path of paths) {
    const nobody = await apiClient(world.server.url, undefined, accountId).get(path);
    expect(nobody.status).toBe(401);
    expect(nobody.headers.get("www-authenticate")).toMatch(/^Basic /);
    expect((await weak.get(path)).status).toBe(403);
    expect((await ofOrganization.get(path)).status).toBe(404);
  }
});

test("the page runs nothing: what a mail says stays text, and the policy allows no script and no stranger", async () => {
  const { api } = await withMails("ada@example.com");
  const { status, text, headers } = await api.get("/dev/mail");
  expect(status).toBe(200);
  expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("referrer-policy")).toBe("no-referrer");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toMatch(/^default-src 'none'; /);
  expect(policy).not.toMatch(/script-src|https?:/);
  expect(text).not.toMatch(/<script|<\/iframe><script/i);
  expect(text).toMatch(/<iframe sandbox srcdoc="&#60;!doctype html&#62;/);
  // Escaped once by the template, and once more for the attribute.
  expect(text).toContain("&#38;#60;script&#38;#62;alert(2)");
  expect(text.match(/<iframe/g)).toHaveLength(1);
  expect(text).not.toContain("\\");
});

test("an account's newest 500 mails are kept", async () => {
  const { api, accountId, issuerId } = await withMails();
  await world.sql(
    `insert into captured_mails (account_id, issuer_id, id, "to", subject, text, html, links, created_at)
      select $1, $2, 'mail_' || lpad(n::text, 25, '0'), 'old@example.com', '', '', '', '{}', n from generate_series(1, 505) n`,
    [accountId, issuerId],
  );
  const other = await withMails("ada@example.com");
  good(await api.post(`issuers/${issuerId}/organizations`, { name: "Globex" }));
  const [organization] = good(await api.get(`issuers/${issuerId}/organizations`));
  const body = { email_invited: "new@example.com", scopes: ["a"] };
  good(await api.post(`issuers/${issuerId}/organizations/${organization.id}/invitations`, body));
  await runJobs(world.server);
  const ids = await world.sql<{ id: string }>("select id from captured_mails where account_id = $1 order by id", [
    accountId,
  ]);
  expect(ids).toHaveLength(500);
  expect(ids[0]?.id).toBe(`mail_${"7".padStart(25, "0")}`);
  expect((await mailsOf(api))[0]?.to).toBe("new@example.com");
  expect(await mailsOf(other.api)).toHaveLength(1);
});

test("a server that does its own jobs has the mail there by itself, soon", async () => {
  const working = await createWorld({ jobs: true });
  const { api, organization } = await newPlace(working);
  good(await api.post(`${organization}/invitations`, { email_invited: "ada@example.com", scopes: ["a"] }));
  await vi.waitFor(async () => expect(await mailsOf(api)).toHaveLength(1), { timeout: 10_000 });
});
