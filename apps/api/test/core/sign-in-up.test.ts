import { Secret, TOTP } from "otpauth";
import { describe, expect, test } from "vitest";
import { countWrong } from "../../src/core/credential-locks/locks.ts";
import { beginPasswordCheck, checkPassword, endPasswordCheck } from "../../src/core/user-verifiers/check-password.ts";
import { type PreparedPassword, preparedPassword, setPassword } from "../../src/core/user-verifiers/password.ts";
import { requestPasswordReset, resetPassword } from "../../src/core/user-verifiers/reset-password.ts";
import { find as findVerifier } from "../../src/core/user-verifiers/store.ts";
import { checkCode } from "../../src/core/user-verifiers/verify.ts";
import { confirmEmailChange, requestEmailChange } from "../../src/core/users/change-email.ts";
import { mailNewSignIn, mailPasswordChanged } from "../../src/core/users/notices.ts";
import { requestSignInCode, requestSignInLink, signInByCode, signInByLink } from "../../src/core/users/sign-in.ts";
import { proveSignUpAddress, requestSignUp, signUp } from "../../src/core/users/sign-up.ts";
import { find, type UserRow } from "../../src/core/users/store.ts";
import { requestVerification, verifyEmail } from "../../src/core/users/verify-email.ts";
import { Overloaded } from "../../src/domain/bounded-queue.ts";
import { RateLimited } from "../../src/limits/rate-limited.ts";
import { insertSession } from "../harness/sessions.ts";
import { createWorld } from "../harness/world.ts";
import { newPages, otherThan } from "./page-support.ts";
import { eventsBy, eventsOf, good } from "./support.ts";

const world = await createWorld();
const { clock } = world.server;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ada = "ada@example.com";
const flow = "flow-1";
const secret = "correct horse battery";

const newScene = async (settings: object = {}) => {
  const pages = await newPages(world, { issuer: { settings } });
  const { inTx, deps, issuerId, from, linkOf, api, issuer } = pages;
  const asking = { issuerId, ...from };
  const prepared = async (password: string): Promise<PreparedPassword> => {
    const made = await preparedPassword(deps, password);
    if (!made) throw new Error("There is no password.");
    return made;
  };
  const check = async (identifier: string, password: string, source = "192.0.2.7") => {
    const begun = await inTx((tx) => beginPasswordCheck(tx, deps, { issuerId, identifier, source }));
    if ("until" in begun) return { outcome: "locked" as const };
    const isRight = await deps.passwords.verify(begun.hash, password);
    return inTx((tx) => endPasswordCheck(tx, deps, begun, isRight));
  };
  const rowOf = async (id: string): Promise<UserRow> => {
    const row = await inTx((tx) => find(tx, issuerId, id, { lock: false }));
    if (!row) throw new Error("There is no such user.");
    return row;
  };
  const askCode = (identifier: string) => inTx((tx) => requestSignInCode(tx, deps, { ...asking, identifier, flow }));
  const typeCode = (identifier: string, code: string, source = "192.0.2.7") =>
    inTx((tx) => signInByCode(tx, deps, { issuerId, identifier, flow, code, source }));
  const askLink = (identifier: string) => inTx((tx) => requestSignInLink(tx, deps, { ...asking, identifier, linkOf }));
  const askReset = (identifier: string) =>
    inTx((tx) => requestPasswordReset(tx, deps, { ...asking, identifier, linkOf }));
  const reset = async (token: string, password: string) => {
    const made = await prepared(password);
    return inTx((tx) => resetPassword(tx, deps, { issuerId, token, password: made, language: "en" }));
  };
  const askSignUp = (address: string) => inTx((tx) => requestSignUp(tx, deps, { ...asking, address, flow }));
  const register = (more: Partial<Parameters<typeof signUp>[2]> = {}) =>
    inTx((tx) => signUp(tx, deps, { issuerId, username_type: "email", username: ada, isProved: true, ...more }));
  const verifiersOf = async (id: string) => good(await api.get(`${issuer}/users/${id}/verifiers`));
  const acts = {
    prepared,
    check,
    rowOf,
    askCode,
    typeCode,
    askLink,
    askReset,
    reset,
    askSignUp,
    register,
    verifiersOf,
  };
  return { ...pages, ...acts };
};
const types = (events: readonly { type: string }[]) =>
  events.map(({ type }) => type).filter((type) => !type.startsWith("email."));

describe("a password", () => {
  test("lets its active user in, by any spelling of the name, and its use is counted", async () => {
    const { api, check, userOf, verifiersOf } = await newScene();
    const user = await userOf(ada, { password: secret });
    const events = await eventsBy(api, async () => {
      expect(await check(" ADA@example.com", secret)).toMatchObject({ outcome: "right", user: { id: user.id } });
      expect((await check(ada, "another one")).outcome).toBe("wrong");
    });
    expect(types(events)).toEqual(["user.verification.failed", "user.verification.succeeded"]);
    expect(events[0]?.subject).toMatchObject({ type: "verifier", user_id: user.id });
    expect(events[0]?.data).toMatchObject({ method: "password" });
    const [verifier] = await verifiersOf(user.id);
    expect(verifier).toMatchObject({ usage_count: 1, last_used_at: expect.any(Number) });
  });

  test("is wrong for nobody, for who has none, and where it was replaced meanwhile; refused to who is not active", async () => {
    const { api, issuer, issuerId, check, userOf, inTx, deps, prepared } = await newScene();
    const user = await userOf(ada, { password: secret });
    await userOf("bob@example.com");
    expect(await check("nobody@example.com", secret)).toEqual({ outcome: "wrong", events: [] });
    expect((await check("bob@example.com", secret)).outcome).toBe("wrong");
    const begun = await inTx((tx) => beginPasswordCheck(tx, deps, { issuerId, identifier: ada, source: "192.0.2.7" }));
    if ("until" in begun) throw new Error("It is locked.");
    const other = await prepared("another good one");
    await inTx((tx) => setPassword({ tx, deps }, { id: user.id, issuer_id: issuerId }, other));
    expect((await inTx((tx) => endPasswordCheck(tx, deps, begun, true))).outcome).toBe("wrong");
    good(await api.post(`${issuer}/users/${user.id}/suspend`));
    expect((await check(ada, "another good one")).outcome).toBe("refused");
  });

  test("five wrong ones lock it for that network, right ones included, whether there is an account or not", async () => {
    const { check, userOf } = await newScene();
    await userOf(ada, { password: secret });
    for (const name of [ada, "nobody@example.com"]) {
      for (let turn = 0; turn < 5; turn++) expect((await check(name, "wrong one")).outcome).toBe("wrong");
      expect((await check(name, secret)).outcome).toBe("locked");
    }
    expect((await check(ada, secret, "198.51.100.1")).outcome).toBe("right");
    clock.advance(15 * MINUTE);
    for (let turn = 0; turn < 8; turn++) expect((await check(ada, secret)).outcome).toBe("right");
  });

  test("that finds no place in the queue is not counted", async () => {
    const { database } = world.server;
    const { accountId, issuerId, deps, userOf, inTx } = await newScene();
    const user = await userOf(ada, { password: secret });
    const given = { issuerId, identifier: ada, source: "192.0.2.7" };
    const busy = {
      ...deps.passwords,
      verify: () => Promise.reject(new Overloaded("All places are taken.")),
    };
    const check = (passwords: typeof deps.passwords) =>
      checkPassword({ database, deps: { ...deps, passwords }, accountId }, given, secret, async (_, result) => result);
    for (let turn = 0; turn < 8; turn++) await expect(check(busy)).rejects.toBeInstanceOf(Overloaded);
    expect(await check(deps.passwords)).toMatchObject({ outcome: "right", user: { id: user.id } });
    for (let turn = 0; turn < 5; turn++) await inTx((tx) => countWrong(tx, deps, { ...given, kind: "password" }));
    expect(await check(deps.passwords)).toEqual({ until: expect.any(Number) });
  });

  test("is given, replaced, and held to the issuer's length", async () => {
    const { api, userOf, issuerId, inTx, deps, prepared, check } = await newScene({
      security: { password: { min_length: 12 } },
    });
    const user = await userOf(ada);
    const place = { id: user.id, issuer_id: issuerId };
    const short = await prepared("short one");
    await expect(inTx((tx) => setPassword({ tx, deps }, place, short))).rejects.toMatchObject({ status: 400 });
    const long = await prepared("a longer password");
    const other = await prepared("another long password");
    const events = await eventsBy(api, async () => {
      expect((await inTx((tx) => setPassword({ tx, deps }, place, long))).isNew).toBe(true);
      expect((await inTx((tx) => setPassword({ tx, deps }, place, other))).isNew).toBe(false);
    });
    expect(types(events)).toEqual(["user.password.changed", "user.verifier.created"]);
    expect(JSON.stringify(events)).not.toContain("argon2");
    expect((await check(ada, "another long password")).outcome).toBe("right");
    await expect(preparedPassword(deps, "password123")).rejects.toMatchObject({ status: 400 });
  });
});

describe("a sign-in by mail", () => {
  test("is by the code of the mail, which says where it is for", async () => {
    const { api, askCode, typeCode, codeTo, mailsTo, userOf } = await newScene();
    const user = await userOf(ada, { profile: { email_verified: true, locale: "fr-FR" } });
    await askCode(ada);
    const code = await codeTo(ada);
    expect((await mailsTo(ada))[0]?.subject).toBe(`${code} est votre code pour acme`);
    const events = await eventsBy(api, async () => {
      expect((await typeCode(ada, otherThan(code))).outcome).toBe("wrong");
      expect(await typeCode(ada, code)).toMatchObject({ outcome: "right", user: { id: user.id } });
      expect((await typeCode(ada, code)).outcome).toBe("used");
    });
    expect(types(events)).toEqual([
      "user.verification.failed",
      "user.verification.succeeded",
      "user.verification.failed",
    ]);
  });

  test("asks five times at most for one source, new codes or not", async () => {
    const { askCode, typeCode, codeTo, userOf } = await newScene();
    await userOf(ada);
    await askCode(ada);
    const first = await codeTo(ada);
    for (let turn = 0; turn < 4; turn++) expect((await typeCode(ada, otherThan(first))).outcome).toBe("wrong");
    expect((await typeCode(ada, otherThan(first))).outcome).toBe("exhausted");
    await askCode(ada);
    const second = await codeTo(ada);
    expect((await typeCode(ada, second)).outcome).toBe("locked");
    expect((await typeCode(ada, second, "198.51.100.1")).outcome).toBe("right");
  });

  test("is by a link, which works once and proves the address", async () => {
    const { api, askLink, tokenTo, userOf, inTx, deps, issuerId } = await newScene();
    await userOf(ada);
    const use = (token: string) => inTx((tx) => signInByLink(tx, deps, { issuerId, token }));
    const events = await eventsBy(api, async () => {
      await askLink(ada);
      const token = await tokenTo(ada);
      expect(await use(token)).toMatchObject({ outcome: "right", user: { profile: { email_verified: true } } });
      expect((await use(token)).outcome).toBe("used");
      expect((await use(`${token}x`)).outcome).toBe("wrong");
    });
    expect(types(events)).toEqual(["user.email.verified", "user.login-link.consumed", "user.login-link.requested"]);
  });

  test("answers the same to nobody, who gets no mail and leaves no event", async () => {
    const { api, issuer, sql, accountId, askCode, askLink, askReset, typeCode, mailsTo, userOf } = await newScene();
    const suspended = await userOf("gone@example.com");
    good(await api.post(`${issuer}/users/${suspended.id}/suspend`));
    const events = await eventsBy(api, async () => {
      for (const name of ["nobody@example.com", "just-a-name", "gone@example.com"]) {
        expect(await askCode(name)).toBeUndefined();
        expect(await askLink(name)).toEqual({ events: [] });
        expect(await askReset(name)).toEqual({ events: [] });
        expect((await typeCode(name, "123456")).outcome).toBe("wrong");
        expect(await mailsTo(name)).toEqual([]);
      }
    });
    expect(events).toEqual([]);
    expect(await sql("select id from mails where account_id = $1", [accountId])).toEqual([]);
  });

  test("mails are five an hour for an address, known or not, and thirty for a network", async () => {
    const { askCode, inTx, deps, issuerId } = await newScene();
    for (let turn = 0; turn < 5; turn++) await askCode("nobody@example.com");
    await expect(askCode("nobody@example.com")).rejects.toBeInstanceOf(RateLimited);
    const asking = { issuerId, language: "en" as const, flow, source: "198.51.100.1" };
    const ask = (n: number) =>
      inTx((tx) => requestSignInCode(tx, deps, { ...asking, identifier: `u${n}@example.com` }));
    for (let n = 0; n < 30; n++) await ask(n);
    await expect(ask(30)).rejects.toBeInstanceOf(RateLimited);
  });

  test("a link to an address that the user has no longer leads nowhere", async () => {
    const { api, issuer, askLink, askReset, tokenTo, userOf, inTx, deps, issuerId, reset } = await newScene();
    const user = await userOf(ada);
    await askLink(ada);
    const signIn = await tokenTo(ada);
    await askReset(ada);
    const resetting = await tokenTo(ada);
    good(await api.patch(`${issuer}/users/${user.id}`, { profile: { email: "new@example.com" } }));
    expect((await inTx((tx) => signInByLink(tx, deps, { issuerId, token: signIn }))).outcome).toBe("wrong");
    expect((await reset(resetting, secret)).outcome).toBe("unknown");
  });
});

describe("who proves an address that nobody had proved", () => {
  test("drops what was set before: passwords, second factors, devices and sessions", async () => {
    const scene = await newScene();
    const { api, issuer, issuerId, accountId, sql, userOf, askCode, typeCode, codeTo, verifiersOf, check } = scene;
    const user = await userOf(ada, { password: secret });
    const path = `${issuer}/users/${user.id}/verifiers`;
    const { enrollment_id, secret: key } = good(await api.post(path, { type: "totp" }));
    const code = TOTP.generate({ secret: Secret.fromBase32(key), timestamp: clock.now() });
    good(await api.post(`${path}/complete-enrollment`, { enrollment_id, code }));
    await insertSession(sql, { account_id: accountId, issuer_id: issuerId, user_id: user.id });
    expect(await verifiersOf(user.id)).toHaveLength(3);
    await askCode(ada);
    const events = await eventsBy(api, async () => {
      expect((await typeCode(ada, await codeTo(ada))).outcome).toBe("right");
    });
    const verified = events.find(({ type }) => type === "user.email.verified");
    expect(verified?.data).toMatchObject({
      counts: { verifiers: 3, sessions: 1, tokens: 0, trusted_devices: 0 },
      resource: { profile: { email_verified: true }, security: { password_set: false, mfa_enrolled: false } },
    });
    expect(await verifiersOf(user.id)).toEqual([]);
    expect((await check(ada, secret)).outcome).toBe("wrong");
    expect(await sql("select status from sessions where user_id = $1", [user.id])).toEqual([{ status: "revoked" }]);
  });

  test("drops nothing the second time, and nothing where the same person is signed in", async () => {
    const { inTx, deps, from, userOf, rowOf, codeTo, verifiersOf, askCode, typeCode, api } = await newScene();
    const user = await userOf(ada, { password: secret });
    const row = await rowOf(user.id);
    const doing = { ...from, user: row, flow };
    expect(await inTx((tx) => requestVerification(tx, deps, doing))).toEqual({ outcome: "sent", address: ada });
    const code = await codeTo(ada);
    const type = (digits: string) =>
      inTx((tx) => verifyEmail(tx, deps, { ...doing, code: digits, by: "session" as const }));
    const events = await eventsBy(api, async () => {
      expect((await type(otherThan(code))).outcome).toBe("wrong");
      expect(await type(code)).toMatchObject({ outcome: "right", user: { profile: { email_verified: true } } });
    });
    expect(types(events)).toEqual(["user.email.verified", "user.verification.failed"]);
    expect(await inTx(async (tx) => requestVerification(tx, deps, { ...doing, user: await rowOf(user.id) }))).toEqual({
      outcome: "proved",
    });
    await askCode(ada);
    expect((await typeCode(ada, await codeTo(ada))).outcome).toBe("right");
    expect(await verifiersOf(user.id)).toHaveLength(1);
  });
});

test("a reset sets the password, signs everybody out, and tells the user; a refused one leaves the link", async () => {
  const scene = await newScene({ security: { password: { min_length: 10 } } });
  const { api, issuerId, accountId, sql, userOf, askReset, reset, tokenTo, mailsTo, check } = scene;
  const user = await userOf(ada, { password: "the first password", profile: { email_verified: true } });
  await insertSession(sql, { account_id: accountId, issuer_id: issuerId, user_id: user.id });
  const events = await eventsBy(api, async () => {
    await askReset(ada);
    const token = await tokenTo(ada);
    await expect(reset(token, "too short")).rejects.toMatchObject({ status: 400 });
    expect((await reset(token, secret)).outcome).toBe("right");
    expect((await reset(token, "yet another one")).outcome).toBe("used");
  });
  expect(types(events)).toEqual(["user.password.reset", "user.password.reset-requested"]);
  expect(events.find(({ type }) => type === "user.password.reset")?.data).toMatchObject({ counts: { sessions: 1 } });
  expect((await check(ada, secret)).outcome).toBe("right");
  expect((await check(ada, "the first password")).outcome).toBe("wrong");
  expect(await sql("select status from sessions where user_id = $1", [user.id])).toEqual([{ status: "revoked" }]);
  expect((await mailsTo(ada))[0]?.subject).toBe("Your password for acme was changed");
});

describe("a sign-up", () => {
  test("proves the address first, and then makes an active user", async () => {
    const { api, askSignUp, register, codeTo, inTx, deps, issuerId, prepared, check } = await newScene();
    expect(await askSignUp(" Ada@Example.com ")).toEqual({ outcome: "sent" });
    const code = await codeTo(ada);
    const prove = (digits: string) =>
      inTx((tx) => proveSignUpAddress(tx, deps, { issuerId, address: ada, flow, code: digits }));
    expect(await prove(otherThan(code))).toBe("wrong");
    expect(await prove(code)).toBe("right");
    expect(await register({ isProved: false })).toEqual({ outcome: "refused", why: "unproved" });
    const password = await prepared(secret);
    const events = await eventsBy(api, async () => {
      const made = await register({ profile: { first_name: "Ada" }, password, acceptedAt: 1 });
      expect(made).toMatchObject({
        outcome: "created",
        user: {
          status: "active",
          username: ada,
          profile: { first_name: "Ada", email: ada, email_verified: true },
          compliance: { terms_accepted_at: 1, privacy_accepted_at: 1 },
          security: { password_set: true },
        },
      });
      expect(await register()).toEqual({ outcome: "taken" });
    });
    expect(types(events)).toEqual(["user.created"]);
    expect((await check(ada, secret)).outcome).toBe("right");
  });

  test("of an address with an account answers the same, and the mail says so", async () => {
    const { askSignUp, userOf, mailsTo } = await newScene();
    await userOf(ada);
    expect(await askSignUp(ada)).toEqual(await askSignUp("bob@example.com"));
    const [mail] = await mailsTo(ada);
    expect(mail?.subject).toBe("You have an account at acme already");
    expect(mail?.text).not.toMatch(/^\d{6}$/m);
    expect((await mailsTo("bob@example.com"))[0]?.subject).toMatch(/^\d{6} confirms/);
  });

  test("follows the issuer's mode", async () => {
    const closed = await newScene({ access: { mode: "invite_only" } });
    expect(await closed.askSignUp(ada)).toEqual({ outcome: "refused", why: "invite_only" });
    expect(await closed.register()).toEqual({ outcome: "refused", why: "invite_only" });
    const off = await newScene({ portals: { signup: { enabled: false } } });
    expect(await off.register()).toEqual({ outcome: "refused", why: "closed" });
    const access = { mode: "domain_restricted", allowed_domains: ["example.com"] };
    const restricted = await newScene({ access, security: { verify_email: false } });
    for (const username of ["ada@sub.example.com", "ada@example.com@evil.test", "ada@evil.test"]) {
      const answer = await restricted.register({ username }).catch(({ status }) => ({ outcome: "refused", status }));
      expect(answer.outcome).toBe("refused");
    }
    const named = { username_type: "unique-name" as const, username: "ada" };
    expect(await restricted.register(named)).toEqual({ outcome: "refused", why: "domain" });
    expect(await restricted.register({ isProved: false })).toEqual({ outcome: "refused", why: "unproved" });
    expect((await restricted.register()).outcome).toBe("created");
    expect((await restricted.register({ ...named, address: "ada@EXAMPLE.com" })).outcome).toBe("created");
  });

  test("without verify_email needs no proof, and the address stays unproved", async () => {
    const { register } = await newScene({ security: { verify_email: false } });
    expect(await register({ isProved: false })).toMatchObject({
      outcome: "created",
      user: { profile: { email: ada, email_verified: false } },
    });
  });

  test("under approval waits, and is told of", async () => {
    const { api, issuer, register, check, prepared } = await newScene({ access: { mode: "approval" } });
    const password = await prepared(secret);
    const events = await eventsBy(api, async () => {
      expect(await register({ password })).toMatchObject({ user: { status: "pending_approval" } });
    });
    expect(types(events).sort()).toEqual(["user.approval.requested", "user.created"]);
    expect((await check(ada, secret)).outcome).toBe("refused");
    const [waiting] = good(await api.get(`${issuer}/approvals`));
    good(await api.patch(`${issuer}/approvals/${waiting.id}`, { status: "approved" }));
    expect((await check(ada, secret)).outcome).toBe("right");
  });

  test("made twenty times at once makes one user", async () => {
    const { register } = await newScene();
    const made = await Promise.all(Array.from({ length: 20 }, () => register()));
    expect(made.filter(({ outcome }) => outcome === "created")).toHaveLength(1);
    expect(made.filter(({ outcome }) => outcome === "taken")).toHaveLength(19);
  });
});

describe("a change of address", () => {
  const changing = async (more: object = {}) => {
    const scene = await newScene();
    const user = await scene.userOf(ada, { profile: { email_verified: true }, ...more });
    const given = async (address: string) => ({ ...scene.from, user: await scene.rowOf(user.id), address, flow });
    const ask = async (address: string) => {
      const change = await given(address);
      return scene.inTx((tx) => requestEmailChange(tx, scene.deps, change));
    };
    const confirm = async (address: string, code: string) => {
      const change = await given(address);
      return scene.inTx((tx) => confirmEmailChange(tx, scene.deps, { ...change, code }));
    };
    return { ...scene, user, ask, confirm };
  };

  test("is by a code to the new one, moves the name along, and the old one is told", async () => {
    const { api, ask, confirm, codeTo, mailsTo, rowOf, user } = await changing();
    const events = await eventsBy(api, async () => {
      await ask("New@example.com");
      const code = await codeTo("new@example.com");
      expect((await confirm("new@example.com", otherThan(code))).outcome).toBe("wrong");
      expect((await confirm("new@example.com", code)).outcome).toBe("right");
    });
    expect(types(events)).toEqual(["user.email.changed", "user.verification.failed", "user.email.change-requested"]);
    expect(events.find(({ type }) => type === "user.email.changed")?.data.previous).toMatchObject({ username: ada });
    expect(await rowOf(user.id)).toMatchObject({
      username: "new@example.com",
      profile: { email: "new@example.com", email_verified: true },
    });
    const [told] = await mailsTo(ada);
    expect(told?.subject).toBe("Your address for acme was changed");
    expect(told?.text).toContain("n…@example.com");
    expect(told?.text).not.toContain("new@example.com");
  });

  test("leaves a name that is no address, and refuses what is none or the same", async () => {
    const { ask, confirm, codeTo, rowOf, user } = await changing({ username_type: "unique-name", username: "ada" });
    await ask(ada);
    expect((await confirm(ada, await codeTo(ada))).outcome).toBe("right");
    expect(await rowOf(user.id)).toMatchObject({ username: "ada", profile: { email: ada, email_verified: true } });
    await expect(ask("nonsense")).rejects.toMatchObject({ status: 400 });
    await expect(ask(ada)).rejects.toMatchObject({ status: 400 });
  });

  test("to another account's address answers the same, and its mail has no code; taken meanwhile, it is told", async () => {
    const { ask, confirm, codeTo, mailsTo, userOf, rowOf, user } = await changing();
    await userOf("bob@example.com");
    expect(Object.keys(await ask("bob@example.com"))).toEqual(["events"]);
    expect((await mailsTo("bob@example.com"))[0]?.subject).toBe("You have an account at acme already");
    await ask("late@example.com");
    const code = await codeTo("late@example.com");
    await userOf("late@example.com");
    expect((await confirm("late@example.com", code)).outcome).toBe("taken");
    expect((await rowOf(user.id)).username).toBe(ada);
  });

  test("another user's code is wrong, and what was asked for at the old address is over", async () => {
    const { ask, confirm, codeTo, askReset, tokenTo, reset, userOf, inTx, deps, from, rowOf } = await changing();
    const bob = await userOf("bob@example.com");
    await ask("new@example.com");
    const code = await codeTo("new@example.com");
    const asBob = { ...from, user: await rowOf(bob.id), address: "new@example.com", flow, code };
    await askReset(ada);
    const token = await tokenTo(ada);
    expect((await confirm("new@example.com", code)).outcome).toBe("right");
    expect((await reset(token, secret)).outcome).toBe("unknown");
    expect((await inTx((tx) => confirmEmailChange(tx, deps, asBob))).outcome).not.toBe("right");
  });
});

test("notices tell of a changed password and of a new device, without a link", async () => {
  const { userOf, rowOf, inTx, deps, mailsTo } = await newScene();
  const { id } = await userOf(ada);
  const user = await rowOf(id);
  await inTx(async (tx) => {
    await mailPasswordChanged(tx, deps, user, "fr");
    await mailNewSignIn(tx, deps, user, { device: "Firefox on Linux", ip: "192.0.2.7", language: "en" });
  });
  const mails = await mailsTo(ada);
  expect(mails.map(({ subject }) => subject).sort()).toEqual([
    "A new sign-in to acme",
    "Votre mot de passe pour acme a été modifié",
  ]);
  expect(mails.flatMap(({ links }) => links)).toEqual([]);
  expect(mails.find(({ subject }) => subject.startsWith("A new"))?.text).toContain("Firefox on Linux");
});

test("a mail whose code was replaced before it left does not leave", async () => {
  const { api, askCode, mailsTo, userOf } = await newScene();
  await userOf(ada);
  await askCode(ada);
  await askCode(ada);
  expect(await mailsTo(ada)).toHaveLength(1);
  expect(await eventsOf(api, "event_types=email.failed")).toHaveLength(1);
  clock.advance(HOUR);
});

test("a second factor's code is checked by the rule of the API, which tells the pages what to record", async () => {
  const { api, issuer, issuerId, userOf, inTx, deps } = await newScene();
  const user = await userOf(ada);
  const { id, codes } = good(await api.post(`${issuer}/users/${user.id}/verifiers`, { type: "backup_codes" }));
  const type = (code: string) =>
    inTx(async (tx) => {
      const row = await findVerifier(tx, { issuer_id: issuerId, user_id: user.id }, id, true);
      if (!row) throw new Error("There is no such verifier.");
      return checkCode({ tx, deps }, row, code);
    });
  const events = await eventsBy(api, async () => {
    expect(await type(codes[0])).toMatchObject({ outcome: "right", verifier: { codes_remaining: 9 } });
    expect((await type(codes[0])).outcome).toBe("wrong");
    for (let turn = 0; turn < 4; turn++) expect((await type("nonsense")).outcome).toBe("wrong");
    expect(await type(codes[1])).toMatchObject({ outcome: "locked", until: expect.any(Number) });
  });
  expect(new Set(types(events.slice(0, 5)))).toEqual(new Set(["user.mfa.verification.failed"]));
  expect(events[5]).toMatchObject({
    type: "user.mfa.verification.succeeded",
    subject: { type: "verifier", id, user_id: user.id },
  });
});
