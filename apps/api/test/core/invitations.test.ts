import { describe, expect, test } from "vitest";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { mailsOf } from "../mail/support.ts";
import { eventsBy, eventsOf, expectRefusal, good, idsOf, newPlace } from "./support.ts";

const world = await createWorld();
const { clock } = world.server;
const MINUTE = 60_000;
const WEEK = 7 * 24 * 3600 * 1000;
const ada = "ada@example.com";

const newScene = async (more: { issuer?: object; organization?: object } = {}) => {
  const place = await newPlace(world, more);
  const path = `${place.organization}/invitations`;
  const invite = async (email: string, body: object = { scopes: ["a"] }) =>
    good(await place.api.post(path, { email_invited: email, ...body }));
  const userOf = async (email: string, more: object = {}) =>
    good(await place.api.post(`${place.issuer}/users`, { username_type: "email", username: email, ...more }));
  const pending = async () => good(await place.api.get(place.organization)).stats.n_pending_invitations;
  return { ...place, path, invite, userOf, pending };
};

test("an invitation has every field, and lasts for a week", async () => {
  const { api, path, invite, issuerId, orgId, accountId } = await newScene();
  const before = clock.now();
  const invitation = await invite("Ada@Example.COM", {
    scopes: ["a"],
    user_title: "Accountant",
    message: "Welcome!",
    inviter: { id: "u-1", name: "Grace" },
    metadata: { plan: "pro" },
  });
  expect(invitation).toEqual({
    id: expect.stringMatching(/^inv_[0-9a-z]{25}$/),
    account_id: accountId,
    issuer_id: issuerId,
    org_id: orgId,
    email_invited: ada,
    user_id_invited: null,
    scopes: ["a"],
    groups: [],
    user_title: "Accountant",
    message: "Welcome!",
    locale: null,
    inviter: { id: "u-1", name: "Grace" },
    expires_in_seconds: 604_800,
    metadata: { plan: "pro" },
    status: "pending",
    status_at: null,
    status_reason: null,
    status_by: null,
    expires_at: invitation.created_at + WEEK,
    accepted_at: null,
    declined_at: null,
    revoked_at: null,
    last_email_sent_at: invitation.created_at,
    created_at: expect.any(Number),
    updated_at: invitation.created_at,
  });
  expect(invitation.created_at).toBeGreaterThanOrEqual(before);
  expect(good(await api.get(`${path}/${invitation.id}`))).toEqual(invitation);
  expect(good(await api.get(path))).toEqual([invitation]);
});

describe("who may be invited, to what", () => {
  test("an invitation gives scopes or groups of this organization", async () => {
    const { api, path, invite, organization, issuer } = await newScene();
    for (const body of [{}, { scopes: [] }, { groups: [] }, { scopes: null }]) {
      expectRefusal(await api.post(path, { email_invited: ada, ...body }), 400, "scopes");
    }
    const group = good(await api.post(`${organization}/groups`, { name: "one", scopes: ["x"] }));
    const sister = good(await api.post(`${issuer}/organizations`, { name: "Sister" }));
    const strange = good(await api.post(`${issuer}/organizations/${sister.id}/groups`, { name: "one" }));
    expectRefusal(await api.post(path, { email_invited: ada, groups: [group.id, strange.id] }), 400, "groups.1");
    const { id } = await invite(ada, { groups: [group.id] });
    expectRefusal(await api.patch(`${path}/${id}`, { groups: [] }), 400, "scopes");
    expectRefusal(await api.patch(`${path}/${id}`, { groups: [strange.id] }), 400, "groups.0");
    expect(good(await api.patch(`${path}/${id}`, { scopes: ["b"], groups: null }))).toMatchObject({
      scopes: ["b"],
      groups: [],
    });
  });

  test("where neither is named, it gives the organization's default_member_scopes", async () => {
    const { invite } = await newScene({ organization: { default_member_scopes: ["reports:read"] } });
    expect((await invite(ada, {})).scopes).toEqual(["reports:read"]);
    expect((await invite("bob@example.com")).scopes).toEqual(["a"]);
  });

  test("its scopes come of both catalogues", async () => {
    const { api, path, invite } = await newScene({
      issuer: { available_scopes: ["invoices:*"] },
      organization: { scopes: ["invoices:read"] },
    });
    const { id } = await invite(ada, { scopes: ["invoices:read"] });
    for (const scope of ["invoices:write", "users:read"]) {
      expectRefusal(await api.post(path, { email_invited: "b@example.com", scopes: [scope] }), 400, "scopes");
      expectRefusal(await api.patch(`${path}/${id}`, { scopes: [scope] }), 400, "scopes");
    }
  });

  test("what is no address, and times out of bounds, are 400 by the field's name", async () => {
    const { api, path } = await newScene();
    for (const email of ["ada", "a b@example.com", "a@example.com\r\nBcc: b@example.com", "a@b.c, d@e.f"]) {
      expectRefusal(await api.post(path, { email_invited: email, scopes: ["a"] }), 400, "email_invited");
    }
    for (const seconds of [59, 7_776_001, 60.5]) {
      const body = { email_invited: ada, scopes: ["a"], expires_in_seconds: seconds };
      expectRefusal(await api.post(path, body), 400, "expires_in_seconds");
    }
  });

  test("an address has one pending invitation of an organization; an ended one makes room", async () => {
    const { api, path, invite, issuer } = await newScene();
    const first = await invite(ada);
    const again = await api.post(path, { email_invited: "ADA@example.com", scopes: ["a"] });
    expectRefusal(again, 409);
    const sister = good(await api.post(`${issuer}/organizations`, { name: "Sister" }));
    good(await api.post(`${issuer}/organizations/${sister.id}/invitations`, { email_invited: ada, scopes: ["a"] }));
    good(await api.post(`${path}/${first.id}/revoke`));
    const second = await invite(ada, { scopes: ["a"], expires_in_seconds: 60 });
    clock.advance(MINUTE);
    // By time, before the job has run; and the job tells of it all the same.
    const third = await invite(ada);
    await runJobs(world.server);
    const states = await Promise.all(
      [first, second, third].map(async ({ id }) => good(await api.get(`${path}/${id}`)).status),
    );
    expect(states).toEqual(["revoked", "expired", "pending"]);
    const expired = await eventsOf(api, "event_types=organization.invitation.expired");
    expect(expired.map(({ subject }) => subject.id)).toEqual([second.id]);
  });

  test("ten at once to one address are one invitation and one mail", async () => {
    const { api, path } = await newScene();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api.post(path, { email_invited: ada, scopes: ["a"] })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    await runJobs(world.server);
    expect(await mailsOf(api)).toHaveLength(1);
  });

  test("a user of the issuer is known by the address; an active member needs no invitation", async () => {
    const { api, path, invite, userOf, organization } = await newScene();
    const user = await userOf("Ada@example.com");
    const other = await userOf("other@example.com", { profile: { email: "real@example.com", email_verified: true } });
    await userOf("claims@example.com", { profile: { email: "unproved@example.com" } });
    const invitation = await invite(ada);
    expect(invitation.user_id_invited).toBe(user.id);
    expect((await invite("real@example.com")).user_id_invited).toBe(other.id);
    expect((await invite("unproved@example.com")).user_id_invited).toBeNull();
    good(await api.post(`${path}/${invitation.id}/revoke`));
    const member = good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] }));
    expectRefusal(await api.post(path, { email_invited: ada, scopes: ["a"] }), 409);
    good(await api.patch(`${organization}/members/${member.id}`, { status: "suspended" }));
    await invite(ada);
  });

  test("an organization that is suspended, or has invitations switched off, invites nobody; revoking goes on", async () => {
    const { api, path, invite, organization } = await newScene();
    const { id } = await invite(ada);
    const other = { email_invited: "bob@example.com", scopes: ["a"] };
    good(await api.patch(organization, { invitation_enabled: false }));
    for (const answer of [await api.post(path, other), await api.post(`${path}/${id}/resend`)])
      expectRefusal(answer, 409);
    good(await api.patch(organization, { invitation_enabled: true, status: "suspended" }));
    const frozen = [
      await api.post(path, other),
      await api.patch(`${path}/${id}`, { user_title: "x" }),
      await api.post(`${path}/${id}/resend`),
    ];
    for (const answer of frozen) expectRefusal(answer, 409);
    good(await api.post(`${path}/${id}/revoke`));
  });

  test("invitations may outnumber max_members", async () => {
    const { invite, pending } = await newScene({ organization: { max_members: 1 } });
    await invite(ada);
    await invite("bob@example.com");
    expect(await pending()).toBe(2);
  });

  test("invitations into an account's own organization are no ladder, and know no user of the root issuer", async () => {
    const { api, accountId } = await world.tenant();
    const { organization } = good(await api.get(`/v1/accounts/${accountId}`));
    const path = `issuers/${organization.issuer_id}/organizations/${organization.id}/invitations`;
    const scope = "issuers.organizations.invitations:write";
    const weak = await world.keyOf(accountId, [scope]);
    expectRefusal(await weak.post(path, { email_invited: ada, scopes: ["*:**"] }), 403);
    const own = good(await weak.post(path, { email_invited: ada, scopes: [scope] }));
    expect(own.user_id_invited).toBeNull();
    const strong = good(await api.post(path, { email_invited: "bob@example.com", scopes: ["*:**"] }));
    expectRefusal(await weak.patch(`${path}/${own.id}`, { scopes: ["issuers:read"] }), 403);
    expectRefusal(await weak.post(`${path}/${strong.id}/resend`), 403);
    expectRefusal(await weak.patch(`${path}/${strong.id}`, { expires_in_seconds: 600 }), 403);
    good(await weak.post(`${path}/${own.id}/resend`));
    await runJobs(world.server);
    const [mail] = await mailsOf(api, "?to=bob@example.com");
    expect(mail?.text).toContain("on AuthPI");
  });
});

describe("an invitation's life", () => {
  test("a PATCH lengthens it from now on, and its expiry moves along", async () => {
    const { api, path, invite } = await newScene();
    const { id, expires_at } = await invite(ada, { scopes: ["a"], expires_in_seconds: 120 });
    clock.advance(MINUTE);
    const events = await eventsBy(api, async () => {
      const longer = good(await api.patch(`${path}/${id}`, { expires_in_seconds: 240, user_title: "Chief" }));
      expect(longer.expires_at).toBeGreaterThanOrEqual(expires_at + 3 * MINUTE);
      clock.advance(2 * MINUTE);
      await runJobs(world.server);
      expect(good(await api.get(`${path}/${id}`)).status).toBe("pending");
      clock.advance(2 * MINUTE);
      await runJobs(world.server);
    });
    expect(good(await api.get(`${path}/${id}`)).status).toBe("expired");
    const types = events.map(({ type }) => type).filter((type) => type.startsWith("organization."));
    expect(types).toEqual(["organization.invitation.expired", "organization.invitation.updated"]);
    const updated = events.find(({ type }) => type.endsWith("updated"));
    expect(updated?.data.previous).toEqual({ user_title: null, expires_in_seconds: 120, expires_at });
  });

  test("it is expired from its time on, for lists and counts too, and that moves no ETag", async () => {
    const { api, path, invite, pending } = await newScene();
    const short = await invite(ada, { scopes: ["a"], expires_in_seconds: 60 });
    const long = await invite("bob@example.com");
    expect(await pending()).toBe(2);
    clock.advance(MINUTE);
    for (const ranTheJob of [false, true]) {
      if (ranTheJob) await runJobs(world.server);
      expect(await idsOf(api, `${path}?status=expired`)).toEqual([short.id]);
      expect(await idsOf(api, `${path}?status=pending`)).toEqual([long.id]);
      expect(await idsOf(api, path)).toEqual([long.id, short.id]);
      const answer = await api.get(`${path}/${short.id}`);
      expect(answer.body.data).toEqual({ ...short, status: "expired", status_at: short.expires_at });
      expect(answer.headers.get("etag")).toBe(`"${short.updated_at}"`);
      expect(await pending()).toBe(1);
      for (const action of ["resend", "revoke"]) expectRefusal(await api.post(`${path}/${short.id}/${action}`), 409);
      expectRefusal(await api.patch(`${path}/${short.id}`, { user_title: "x" }), 409);
    }
    await runJobs(world.server);
    const told = await eventsOf(api, "event_types=organization.invitation.expired");
    expect(told).toMatchObject([
      {
        subject: { type: "invitation", id: short.id, org_id: short.org_id },
        data: { resource: { status: "expired" } },
      },
    ]);
  });

  test("a revocation keeps its reason, and a PATCH of the status is one", async () => {
    const { api, path, invite } = await newScene();
    const told = { status_reason: "Wrong person", status_by: "Grace" };
    const events = await eventsBy(api, async () => {
      const [first, second] = [await invite(ada), await invite("bob@example.com")];
      const revoked = good(await api.post(`${path}/${first.id}/revoke`, told));
      expect(revoked).toMatchObject({ status: "revoked", status_at: revoked.revoked_at, ...told });
      const patched = good(await api.patch(`${path}/${second.id}`, { status: "revoked", message: "Sorry", ...told }));
      expect(patched).toMatchObject({ status: "revoked", message: "Sorry", ...told });
      expect(good(await api.patch(`${path}/${second.id}`, { status: "revoked" }))).toEqual(patched);
      expectRefusal(await api.patch(`${path}/${second.id}`, { status: "revoked", message: "Oh" }), 409);
      expectRefusal(await api.patch(`${path}/${second.id}`, { status: "accepted" }), 400, "status");
    });
    const [created, deleted] = ["organization.invitation.created", "organization.invitation.deleted"];
    expect(events.map(({ type }) => type)).toEqual([deleted, deleted, created, created]);
  });

  test("revoking is done once, and what was accepted stays so", async () => {
    const { api, path, invite, pending } = await newScene();
    const { id } = await invite(ada);
    const events = await eventsBy(api, async () => {
      const revoked = good(await api.post(`${path}/${id}/revoke`));
      expect(revoked).toMatchObject({ status: "revoked", revoked_at: expect.any(Number) });
      expect(good(await api.post(`${path}/${id}/revoke`))).toEqual(revoked);
    });
    expect(events.map(({ type }) => type)).toEqual(["organization.invitation.deleted"]);
    expect(await pending()).toBe(0);
    for (const status of ["accepted", "declined"]) {
      const other = await invite(`${status}@example.com`);
      await world.sql("update invitations set status = $1, holds_address = false where id = $2", [status, other.id]);
      expectRefusal(await api.post(`${path}/${other.id}/revoke`), 409);
      expectRefusal(await api.post(`${path}/${other.id}/resend`), 409);
      expect(good(await api.get(`${path}/${other.id}`)).status).toBe(status);
    }
  });

  test("an invitation goes with its organization, and its job then finds nothing", async () => {
    const { api, path, invite, organization, orgId } = await newScene();
    const { id } = await invite(ada, { scopes: ["a"], expires_in_seconds: 60 });
    good(await api.delete(organization));
    expectRefusal(await api.get(`${path}/${id}`), 404);
    clock.advance(MINUTE);
    expect((await runJobs(world.server)).filter(({ error }) => error)).toEqual([]);
    expect(await eventsOf(api, "event_types=organization.invitation.expired")).toEqual([]);
    await world.sql("delete from organizations where id = $1", [orgId]);
    expect(await world.sql("select from invitations where id = $1", [id])).toEqual([]);
  });
});

describe("an invitation's mail", () => {
  test("says who invites whom to what, with a link whose token is stored nowhere", async () => {
    const { api, invite, issuerId } = await newScene({
      organization: { name: "Globex", invitation_message: "We pay well." },
    });
    await invite(ada, { scopes: ["a"], inviter: { name: "Grace" }, user_title: "Accountant" });
    await runJobs(world.server);
    const [mail] = await mailsOf(api, `?to=${ada}`);
    expect(mail).toMatchObject({ to: ada, issuer_id: issuerId, subject: "You are invited to Globex" });
    for (const text of ["Grace invites you to join Globex on acme", "Accountant", "We pay well."]) {
      expect(mail?.text).toContain(text);
      expect(mail?.html).toContain(text);
    }
    const [link = ""] = mail?.links ?? [];
    expect(link).toMatch(new RegExp(`^http://[^/]+/${issuerId}/ui/invitations/ain_[0-9A-Za-z]{49}$`));
    expect(mail?.text).toContain(link);
    const token = link.slice(link.lastIndexOf("/") + 1);
    const rows = await world.sql<{ text: string }>(
      "select t::text as text from invitations t union all select t::text from mails t union all select t::text from events t union all select t::text from pgboss.job t",
    );
    const stored = rows.map(({ text }) => text).join("\n");
    for (const encoding of ["utf8", "hex", "base64"] as const) {
      expect(stored.includes(Buffer.from(token).toString(encoding)), encoding).toBe(false);
    }
    const mac = world.server.deps.secrets.macOf(issuerId, token);
    expect(await world.sql("select from invitations where token_mac = $1", [mac])).toHaveLength(1);
  });

  test("is in the language that its reader has chosen, else in the inviter's choice, else in English", async () => {
    const { api, invite, userOf } = await newScene();
    await userOf("fr@example.com", { profile: { locale: "fr-CA" } });
    await userOf("de@example.com", { profile: { locale: "de-DE" } });
    await invite("fr@example.com", { scopes: ["a"], locale: "en" });
    await invite("de@example.com", { scopes: ["a"], locale: "fr" });
    await invite("no@example.com", { scopes: ["a"], locale: "fr-FR" });
    await invite("en@example.com");
    await runJobs(world.server);
    const french = async (name: string) =>
      /^Invitation à rejoindre/.test((await mailsOf(api, `?to=${name}@example.com`))[0]?.subject ?? "");
    expect(await Promise.all(["fr", "de", "no", "en"].map(french))).toEqual([true, true, true, false]);
  });

  test("a resend has a new link and ends the old one, once a minute", async () => {
    const { api, path, invite, issuerId } = await newScene();
    const { id, updated_at } = await invite(ada);
    await runJobs(world.server);
    const [event, ...rest] = await eventsBy(api, async () => {
      const sent = good(await api.post(`${path}/${id}/resend`));
      expect(sent.updated_at).toBeGreaterThan(updated_at);
      expect(sent.last_email_sent_at).toBeGreaterThanOrEqual(updated_at);
      const early = await api.post(`${path}/${id}/resend`);
      expect(early.status, early.text).toBe(429);
      expect(early.body).toMatchObject({ error: "rate_limited", retryable: true });
      const wait = Number(early.headers.get("retry-after"));
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      expect(early.body.retry_after).toBe(wait);
      const told = ["limit", "remaining", "reset"].map((name) => early.headers.get(`ratelimit-${name}`));
      expect(told).toEqual(["1", "0", String(wait)]);
    });
    expect([event?.type, rest]).toEqual(["organization.invitation.resent", []]);
    await runJobs(world.server);
    const tokens = (await mailsOf(api)).map(({ links: [link = ""] }) => link.slice(link.lastIndexOf("/") + 1));
    const macs = tokens.map((token) => world.server.deps.secrets.macOf(issuerId, token));
    const known = await Promise.all(
      macs.map((mac) => world.sql("select from invitations where token_mac = $1", [mac])),
    );
    expect(known.map(({ length }) => length)).toEqual([1, 0]);
    clock.advance(MINUTE);
    good(await api.post(`${path}/${id}/resend`));
  });

  test("an address gets five an hour of an account, whatever sends them; a refused one leaves nothing", async () => {
    const { api, path, invite, issuer } = await newScene();
    for (let n = 0; n < 5; n++) {
      const { id } = await invite(ada);
      good(await api.post(`${path}/${id}/revoke`));
    }
    const sixth = await api.post(path, { email_invited: ada, scopes: ["a"] });
    expect(sixth.status, sixth.text).toBe(429);
    expect(sixth.headers.get("ratelimit-limit")).toBe("5");
    expect(await idsOf(api, `${path}?status=pending`)).toEqual([]);
    const sister = good(await api.post(`${issuer}/organizations`, { name: "Sister" }));
    const there = await api.post(`${issuer}/organizations/${sister.id}/invitations`, {
      email_invited: ada,
      scopes: ["a"],
    });
    expect(there.status).toBe(429);
    const other = good(await api.post("issuers", { name: "Other", available_scopes: ["a"] }));
    const elsewhere = good(await api.post(`issuers/${other.id}/organizations`, { name: "Elsewhere", scopes: ["a"] }));
    const again = await api.post(`issuers/${other.id}/organizations/${elsewhere.id}/invitations`, {
      email_invited: ada,
      scopes: ["a"],
    });
    expect(again.status, again.text).toBe(429);
    // Another tenant's mails to it are another count.
    const stranger = await newScene();
    await stranger.invite(ada);
    clock.advance(Number(sixth.headers.get("retry-after")) * 1000);
    await invite(ada);
  });

  test("an organization sends 200 an hour", async () => {
    const { api, path, invite, orgId } = await newScene();
    await invite(ada);
    await world.sql("update rate_limits set n = 199 where key = $1", [`invitations:${orgId}`]);
    await invite("bob@example.com");
    const refused = await api.post(path, { email_invited: "carol@example.com", scopes: ["a"] });
    expect(refused.status, refused.text).toBe(429);
    expect(refused.headers.get("ratelimit-limit")).toBe("200");
  });
});
