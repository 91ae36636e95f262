import { describe, expect, test } from "vitest";
import { acceptInvitation, acceptInvitationAsNew } from "../../src/core/invitations/accept.ts";
import { declineInvitation } from "../../src/core/invitations/decline.ts";
import { findByToken } from "../../src/core/invitations/find-by-token.ts";
import { preparedPassword } from "../../src/core/user-verifiers/password.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newPages } from "./page-support.ts";
import { eventsBy, expectRefusal, good } from "./support.ts";

const world = await createWorld();
const { clock } = world.server;
const MINUTE = 60_000;
const ada = "ada@example.com";

const newScene = async (more: { issuer?: object; organization?: object } = {}) => {
  const pages = await newPages(world, more);
  const { api, organization, issuerId, inTx, deps, tokenTo } = pages;
  const path = `${organization}/invitations`;
  const invite = async (email = ada, body: object = { scopes: ["a"] }) => {
    const invitation = good(await api.post(path, { email_invited: email, ...body }));
    return { id: String(invitation.id), token: await tokenTo(email) };
  };
  const look = (token: string) => inTx((tx) => findByToken(tx, deps, { issuerId, token }));
  const accept = (token: string, userId: string) =>
    inTx((tx) => acceptInvitation(tx, deps, { issuerId, token, userId }));
  const acceptAsNew = (token: string, given: object = {}) =>
    inTx((tx) => acceptInvitationAsNew(tx, deps, { issuerId, token, ...given }));
  const decline = (token: string, userId?: string) =>
    inTx((tx) => declineInvitation(tx, deps, { issuerId, token, userId }));
  const members = async () => good(await api.get(`${organization}/members`));
  const one = async (id: string) => good(await api.get(`${path}/${id}`));
  return { ...pages, path, invite, look, accept, acceptAsNew, decline, members, one };
};
const types = (events: readonly { type: string }[]) =>
  events.map(({ type }) => type).filter((type) => !type.startsWith("email."));

describe("accepting", () => {
  test("makes the membership with its scopes, its title and the groups that are still there, and ends the link", async () => {
    const { api, organization, invite, look, accept, userOf, members, one, issuerId, orgId } = await newScene();
    const groups = await Promise.all(
      ["one", "two"].map(async (name) => good(await api.post(`${organization}/groups`, { name, scopes: ["g"] })).id),
    );
    const user = await userOf(ada);
    const { id, token } = await invite(ada, { scopes: ["a"], groups, user_title: "Accountant" });
    good(await api.delete(`${organization}/groups/${groups[1]}`));
    expect(await look(token)).toMatchObject({
      state: "pending",
      row: { id, email_invited: ada },
      organization: { id: orgId, name: "Globex", status: "active" },
    });
    const events = await eventsBy(api, async () => {
      expect((await accept(token, user.id)).outcome).toBe("accepted");
    });
    expect(await members()).toMatchObject([
      { id: user.id, scopes: ["a"], groups: [groups[0]], user_title: "Accountant", status: "active" },
    ]);
    expect(types(events)).toEqual([
      "organization.invitation.accepted",
      "organization.membership.created",
      "user.email.verified",
    ]);
    expect(events.find(({ type }) => type.endsWith("accepted"))?.subject).toMatchObject({
      type: "invitation",
      id,
      issuer_id: issuerId,
      org_id: orgId,
      user_id: user.id,
    });
    expect(await one(id)).toMatchObject({ status: "accepted", user_id_invited: user.id, status_by: user.id });
    expect((await look(token))?.state).toBe("accepted");
  });

  test("by two clicks and two tabs makes one membership", async () => {
    const { api, invite, accept, userOf, members } = await newScene();
    const user = await userOf(ada, { profile: { email_verified: true } });
    const { token } = await invite();
    const events = await eventsBy(api, async () => {
      const all = await Promise.all(Array.from({ length: 20 }, () => accept(token, user.id)));
      expect(all.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
      expect(all.filter(({ outcome }) => outcome === "accepted_already")).toHaveLength(19);
    });
    expect(types(events)).toEqual(["organization.invitation.accepted", "organization.membership.created"]);
    expect(await members()).toHaveLength(1);
  });

  test("is for the invited address alone: as a name, or as one that was proved", async () => {
    const { invite, accept, userOf, members } = await newScene();
    const bob = await userOf("bob@example.com");
    const claims = await userOf("claims@example.com", { profile: { email: ada } });
    const proved = await userOf("proved@example.com", { profile: { email: ada, email_verified: true } });
    const { token } = await invite();
    for (const { id } of [bob, claims, { id: "usr_nobody" }]) {
      expect(await accept(token, id)).toEqual({ outcome: "wrong_account", email: ada });
    }
    expect(await members()).toEqual([]);
    expect((await accept(token, proved.id)).outcome).toBe("accepted");
  });

  test("stops at max_members, also where many come at once", async () => {
    const { invite, accept, userOf, members } = await newScene({ organization: { max_members: 2 } });
    const names = ["a", "b", "c", "d"].map((name) => `${name}@example.com`);
    const places = [];
    for (const name of names) places.push({ user: await userOf(name), ...(await invite(name)) });
    const all = await Promise.all(places.map(({ token, user }) => accept(token, user.id)));
    expect(all.map(({ outcome }) => outcome).sort()).toEqual(["accepted", "accepted", "full", "full"]);
    expect(await members()).toHaveLength(2);
  });

  test("adds to a membership that is there by now, and wakes one that was suspended before the invitation", async () => {
    const { api, organization, invite, accept, userOf, members } = await newScene();
    const user = await userOf(ada, { profile: { email_verified: true } });
    const first = await invite(ada, { scopes: ["b"] });
    good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] }));
    const events = await eventsBy(api, async () => {
      expect((await accept(first.token, user.id)).outcome).toBe("accepted");
    });
    expect(types(events)).toEqual(["organization.invitation.accepted", "organization.membership.updated"]);
    expect(await members()).toMatchObject([{ scopes: ["a", "b"] }]);
    good(await api.patch(`${organization}/members/${user.id}`, { status: "suspended" }));
    const second = await invite(ada, { scopes: ["a"] });
    expect((await accept(second.token, user.id)).outcome).toBe("accepted");
    expect(await members()).toMatchObject([{ status: "active", scopes: ["a", "b"] }]);
  });

  test("does not lift a suspension that came after the invitation", async () => {
    const { api, organization, invite, accept, userOf, members } = await newScene();
    const user = await userOf(ada);
    const { token } = await invite();
    good(await api.post(`${organization}/members`, { member_id: user.id, scopes: ["a"] }));
    clock.advance(MINUTE);
    good(await api.patch(`${organization}/members/${user.id}`, { status: "suspended" }));
    expect((await accept(token, user.id)).outcome).toBe("suspended");
    expect(await members()).toMatchObject([{ status: "suspended" }]);
  });

  test("what has ended is told of: by its time, by revocation, by a new mail, with its organization", async () => {
    const { api, path, organization, invite, accept, look, userOf } = await newScene();
    const user = await userOf(ada);
    const short = await invite(ada, { scopes: ["a"], expires_in_seconds: 60 });
    clock.advance(MINUTE);
    expect(await accept(short.token, user.id)).toEqual({ outcome: "ended", state: "expired" });
    const first = await invite();
    good(await api.post(`${path}/${first.id}/revoke`));
    expect(await accept(first.token, user.id)).toEqual({ outcome: "unknown" });
    const second = await invite();
    clock.advance(2 * MINUTE);
    good(await api.post(`${path}/${second.id}/resend`));
    expect(await accept(second.token, user.id)).toEqual({ outcome: "unknown" });
    expect(await accept("nonsense", user.id)).toEqual({ outcome: "unknown" });
    const third = await invite("carol@example.com");
    const carol = await userOf("carol@example.com");
    good(await api.patch(organization, { status: "suspended" }));
    expect(await accept(third.token, carol.id)).toEqual({ outcome: "ended", state: "organization_suspended" });
    good(await api.delete(organization));
    expect((await look(third.token))?.state).toBe("organization_deleted");
    expect(await accept(third.token, carol.id)).toEqual({ outcome: "ended", state: "organization_deleted" });
  });

  test("an accepted invitation is closed to the API, and makes room for another of its address", async () => {
    const { api, path, organization, invite, accept, userOf } = await newScene();
    const user = await userOf(ada);
    const { id, token } = await invite();
    await accept(token, user.id);
    for (const action of ["resend", "revoke"]) expectRefusal(await api.post(`${path}/${id}/${action}`), 409);
    good(await api.delete(`${organization}/members/${user.id}`));
    expect(await accept(token, user.id)).toMatchObject({ outcome: "accepted_already" });
    expect((await invite()).id).not.toBe(id);
  });
});

describe("somebody without an account", () => {
  test.each(["invite_only", "approval", "domain_restricted"])(
    "signs up by it under %s, active and with the address proved",
    async (mode) => {
      const { api, invite, acceptAsNew, deps, members } = await newScene({
        issuer: { settings: { access: { mode } } },
      });
      const { token } = await invite();
      const password = await preparedPassword(deps, "correct horse battery");
      const events = await eventsBy(api, async () => {
        const made = await acceptAsNew(token, { profile: { first_name: "Ada" }, password });
        expect(made).toMatchObject({
          outcome: "accepted",
          user: {
            status: "active",
            username: ada,
            profile: { first_name: "Ada", email: ada, email_verified: true },
            security: { password_set: true },
          },
        });
      });
      expect(types(events)).toEqual([
        "organization.invitation.accepted",
        "organization.membership.created",
        "user.created",
      ]);
      expect(await members()).toHaveLength(1);
    },
  );

  test("is one user and one member, however often it is clicked; with an account they sign in", async () => {
    const { api, issuer, invite, acceptAsNew, members, userOf } = await newScene();
    const { token } = await invite();
    const all = await Promise.all(Array.from({ length: 10 }, () => acceptAsNew(token)));
    expect(all.filter(({ outcome }) => outcome === "accepted")).toHaveLength(1);
    expect(all.filter(({ outcome }) => outcome === "ended")).toHaveLength(9);
    expect(await members()).toHaveLength(1);
    expect(good(await api.get(`${issuer}/users`))).toHaveLength(1);
    await userOf("bob@example.com");
    const bob = await invite("bob@example.com");
    expect(await acceptAsNew(bob.token)).toEqual({ outcome: "taken" });
  });

  test("is not made where the organization is full", async () => {
    const { api, issuer, invite, acceptAsNew, accept, userOf } = await newScene({ organization: { max_members: 1 } });
    const user = await userOf(ada);
    await accept((await invite()).token, user.id);
    const { token } = await invite("bob@example.com");
    expect(await acceptAsNew(token)).toEqual({ outcome: "full" });
    expect(good(await api.get(`${issuer}/users`))).toHaveLength(1);
  });
});

test("declining ends it, once, also for who is not signed in and of a suspended organization", async () => {
  const { api, organization, invite, decline, accept, userOf, one, members } = await newScene();
  const user = await userOf(ada);
  const { id, token } = await invite();
  good(await api.patch(organization, { status: "suspended" }));
  const events = await eventsBy(api, async () => {
    expect((await decline(token)).outcome).toBe("declined");
    expect((await decline(token)).outcome).toBe("declined");
  });
  expect(types(events)).toEqual(["organization.invitation.declined"]);
  good(await api.patch(organization, { status: "active" }));
  expect(await one(id)).toMatchObject({ status: "declined", declined_at: expect.any(Number) });
  expect(await accept(token, user.id)).toEqual({ outcome: "ended", state: "declined" });
  expect(await members()).toEqual([]);
  const next = await invite();
  await accept(next.token, user.id);
  expect(await decline(next.token, user.id)).toEqual({ outcome: "ended", state: "accepted" });
  expect(await decline("nonsense")).toEqual({ outcome: "unknown" });
  await runJobs(world.server);
});

test("accepting and declining at once is one of the two", async () => {
  const { invite, accept, decline, userOf, members, one } = await newScene();
  const user = await userOf(ada);
  const { id, token } = await invite();
  const [accepted, declined] = await Promise.all([accept(token, user.id), decline(token)]);
  const { status } = await one(id);
  expect(accepted.outcome).toBe(status === "accepted" ? "accepted" : "ended");
  expect(declined.outcome).toBe(status === "declined" ? "declined" : "ended");
  expect(await members()).toHaveLength(status === "accepted" ? 1 : 0);
});
