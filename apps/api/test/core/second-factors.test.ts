import { Secret, TOTP } from "otpauth";
import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, newPlace, newUser } from "./support.ts";

const world = await createWorld({ poolMax: 10 });
const MINUTE = 60_000;

const newScene = async () => {
  const place = await newPlace(world, { issuer: { name: "Acme" } });
  const { api, issuer } = place;
  const user = await newUser(place, "ada");
  const verifiers = `${issuer}/users/${user.id}/verifiers`;
  const enroll = async (more = {}) => good(await api.post(verifiers, { type: "totp", ...more }));
  const complete = async (enrollment_id: string, code: string) =>
    good(await api.post(`${verifiers}/complete-enrollment`, { enrollment_id, code }));
  const newApp = async (more = {}) => {
    const { enrollment_id, secret } = await enroll(more);
    const used = codeOf(secret);
    const completed = await complete(enrollment_id, used);
    return { secret, used, id: String(completed.verifier_id), completed };
  };
  const newCodes = async () => good(await api.post(verifiers, { type: "backup_codes" }));
  const verify = (id: string, code: string) => api.post(`${verifiers}/${id}/verify`, { code });
  const security = async () => good(await api.get(`${issuer}/users/${user.id}`)).security;
  return { ...place, user, verifiers, enroll, complete, newApp, newCodes, verify, security };
};

/** What an app shows, so many steps from now. */
const codeOf = (secret: string, steps = 0): string =>
  TOTP.generate({ secret: Secret.fromBase32(secret), timestamp: world.server.clock.now() + steps * 30_000 });
const wrongFor = (secret: string): string => {
  const near = [-2, -1, 0, 1, 2].map((steps) => codeOf(secret, steps));
  return ["000000", "111111", "222222", "333333", "444444", "555555"].find((code) => !near.includes(code)) ?? "";
};

test("a totp begins with an enrollment, which answers these four things and is nothing yet", async () => {
  const { api, verifiers, security } = await newScene();
  const events = await eventsBy(api, async () => {
    const answer = await api.post(verifiers, { type: "totp" });
    expect(answer.status).toBe(201);
    expect(answer.body.data).toEqual({
      enrollment_id: expect.stringMatching(/^vrf_/),
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      provisioning_uri: `otpauth://totp/Acme:ada?issuer=Acme&secret=${answer.body.data.secret}&algorithm=SHA1&digits=6&period=30`,
      expires_at: expect.any(Number),
    });
    const left = answer.body.data.expires_at - world.server.clock.now();
    expect(left).toBeGreaterThan(9 * MINUTE);
    expect(left).toBeLessThanOrEqual(10 * MINUTE);
    expect(answer.headers.get("location")).toMatch(new RegExp(`${verifiers}/${answer.body.data.enrollment_id}$`));
    expect(answer.headers.get("etag")).toBeNull();
    expect(answer.headers.get("cache-control")).toBe("no-store");
  });
  expect(events).toEqual([]);
  expect(good(await api.get(verifiers))).toEqual([]);
  expect(await security()).toMatchObject({ mfa_enrolled: false, totp_enrolled: false });
});

test("the first code makes it, with backup codes where the user had none", async () => {
  const { api, verifiers, newApp, security } = await newScene();
  const events = await eventsBy(api, async () => {
    const { id, completed } = await newApp({ name: "Phone" });
    expect(completed).toEqual({ success: true, verifier_id: id, backup_codes: expect.any(Array), error: null });
    expect(new Set(completed.backup_codes).size).toBe(10);
  });
  expect(events.map(({ type }) => type)).toEqual(["user.verifier.created", "user.mfa.factor-created"]);
  expect(JSON.stringify(events)).not.toMatch(/totp_secret|backup_codes":\[/);
  expect(events[1]).toMatchObject({
    subject: { type: "verifier" },
    data: { resource: { type: "totp", name: "Phone" } },
  });
  expect(await security()).toMatchObject({ mfa_enrolled: true, totp_enrolled: true, backup_codes_remaining: 10 });

  const second = await newApp({ name: "Tablet" });
  expect(second.completed).toMatchObject({ success: true, backup_codes: null });
  const listed = good(await api.get(verifiers)).map(({ name }: { name: string }) => name);
  expect(listed).toEqual(["Tablet", "Backup codes", "Phone"]);
});

test("a wrong first code is told so, and the fifth ends the enrollment", async () => {
  const { api, enroll, complete, verifiers } = await newScene();
  const { enrollment_id, secret } = await enroll();
  const events = await eventsBy(api, async () => {
    for (let turn = 0; turn < 5; turn++) {
      expect(await complete(enrollment_id, wrongFor(secret))).toEqual({
        ...{ success: false, verifier_id: null, backup_codes: null, error: "invalid_code" },
      });
    }
    const ended = await complete(enrollment_id, codeOf(secret));
    expect(ended).toMatchObject({ success: false, error: "enrollment_expired" });
  });
  expect(events).toEqual([]);
  expect(good(await api.get(verifiers))).toEqual([]);
});

test("an enrollment is good for ten minutes, for its own user, once, and until the next one", async () => {
  const { enroll, complete } = await newScene();
  const stranger = await newScene();
  const expired = { success: false, verifier_id: null, backup_codes: null, error: "enrollment_expired" };
  const late = await enroll();
  expect(await stranger.complete(late.enrollment_id, codeOf(late.secret))).toEqual(expired);
  expect(await complete("vrf_none", codeOf(late.secret))).toEqual(expired);
  world.server.clock.advance(10 * MINUTE);
  expect(await complete(late.enrollment_id, codeOf(late.secret))).toEqual(expired);

  const [replaced, current] = [await enroll(), await enroll()];
  expect(await complete(replaced.enrollment_id, codeOf(replaced.secret))).toEqual(expired);
  expect(await complete(current.enrollment_id, codeOf(current.secret))).toMatchObject({ success: true });
  expect(await complete(current.enrollment_id, codeOf(current.secret, 1))).toEqual(expired);
});

test("twenty completions at once make one verifier, and twenty guesses are five", async () => {
  const { api, enroll, complete, verifiers } = await newScene();
  const race = async (enrollment_id: string, code: string) => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => complete(enrollment_id, code)));
    return answers.map(({ success, error }) => (success ? "made" : error)).sort();
  };
  const one = await enroll();
  const made = await race(one.enrollment_id, codeOf(one.secret));
  expect(made).toEqual([...Array(19).fill("enrollment_expired"), "made"]);
  expect(good(await api.get(verifiers))).toHaveLength(2);
  const two = await enroll();
  const guessed = await race(two.enrollment_id, wrongFor(two.secret));
  expect(guessed).toEqual([...Array(15).fill("enrollment_expired"), ...Array(5).fill("invalid_code")]);
});

test("the same Idempotency-Key gives the same secret and the same codes", async () => {
  const { api, verifiers, newCodes } = await newScene();
  const { id } = await newCodes();
  for (const [path, body] of [
    [verifiers, { type: "totp" }],
    [`${verifiers}/${id}/regenerate`, {}],
  ] as const) {
    const headers = { "idempotency-key": path };
    const [first, again] = [await api.post(path, body, headers), await api.post(path, body, headers)];
    expect(again.text).toBe(first.text);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
  }
});

test("a user has at most ten apps", async () => {
  const { api, verifiers, newApp } = await newScene();
  const apps = [];
  for (let turn = 0; turn < 10; turn++) apps.push(await newApp());
  expectRefusal(await api.post(verifiers, { type: "totp" }), 409);
  expect((await api.delete(`${verifiers}/${apps[0]?.id}`)).status).toBe(204);
  await newApp();
});

test("an app's code is good once, and the one that completed the enrollment was used", async () => {
  const { api, newApp, verify, verifiers } = await newScene();
  const { id, secret, used } = await newApp();
  const right = { success: true, remaining: null, error: null };
  const wrong = { success: false, remaining: null, error: "invalid_code" };
  expect(good(await verify(id, used))).toEqual(wrong);
  world.server.clock.advance(MINUTE);
  const next = codeOf(secret);
  const before = await api.get(`${verifiers}/${id}`);
  const events = await eventsBy(api, async () => {
    expect(good(await verify(id, ` ${next.slice(0, 3)} ${next.slice(3)} `))).toEqual(right);
    expect(good(await verify(id, next))).toEqual(wrong);
  });
  expect(events.map(({ type }) => type)).toEqual(["user.mfa.verification.failed", "user.mfa.verification.succeeded"]);
  const after = await api.get(`${verifiers}/${id}`);
  expect(after.body.data).toMatchObject({ usage_count: 1, last_used_at: expect.any(Number) });
  expect(after.headers.get("etag")).toBe(before.headers.get("etag"));
});

test("twenty uses of one code at once are one", async () => {
  const { newApp, newCodes, verify, security } = await newScene();
  const codes = await newCodes();
  const { id, secret } = await newApp();
  world.server.clock.advance(MINUTE);
  for (const [verifier, code] of [
    [id, codeOf(secret)],
    [codes.id, codes.codes[0]],
  ] as const) {
    const answers = await Promise.all(Array.from({ length: 20 }, () => verify(verifier, code)));
    expect(answers.filter(({ body }) => body.data?.success === true)).toHaveLength(1);
    // One right answer, five wrong ones, and then the lock; or the right one in between.
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 429]));
  }
  expect(await security()).toMatchObject({ backup_codes_remaining: 9 });
});

test("five wrong codes in a row lock for fifteen minutes, also for the right one; then it is as before", async () => {
  const { api, newApp, newCodes, verify, verifiers } = await newScene();
  const codes = await newCodes();
  const { id, secret } = await newApp();
  world.server.clock.advance(MINUTE);
  const etag = (await api.get(`${verifiers}/${id}`)).headers.get("etag");
  for (let turn = 0; turn < 4; turn++) expect(good(await verify(id, wrongFor(secret))).success).toBe(false);
  expect(good(await verify(id, codeOf(secret))).success).toBe(true);
  world.server.clock.advance(MINUTE);
  const events = await eventsBy(api, async () => {
    for (let turn = 0; turn < 5; turn++) expect(good(await verify(id, wrongFor(secret))).success).toBe(false);
    const locked = await verify(id, codeOf(secret));
    expect(locked.status, locked.text).toBe(429);
    expect(locked.body).toMatchObject({ error: "rate_limited", retryable: true });
    expect(Number(locked.headers.get("retry-after"))).toBeGreaterThan(14 * 60);
    expect(Number(locked.headers.get("retry-after"))).toBeLessThanOrEqual(15 * 60);
  });
  expect(events.map(({ type }) => type)).toEqual(Array(5).fill("user.mfa.verification.failed"));
  expect(events[0]?.data.resource).toMatchObject({ status: "locked" });
  const read = await api.get(`${verifiers}/${id}`);
  expect(read.body.data).toMatchObject({
    status: "locked",
    locked_until: expect.any(Number),
    status_at: expect.any(Number),
  });
  expect(read.headers.get("etag")).toBe(etag);
  // The lock is this verifier's alone.
  expect(good(await verify(codes.id, codes.codes[0])).success).toBe(true);

  world.server.clock.advance(15 * MINUTE);
  expect(good(await api.get(`${verifiers}/${id}`))).toMatchObject({ status: "active", locked_until: null });
  expect(good(await verify(id, wrongFor(secret))).success).toBe(false);
  expect(good(await verify(id, codeOf(secret))).success).toBe(true);
});

test("twenty wrong codes at once are five guesses", async () => {
  const { newCodes, verify } = await newScene();
  const { id } = await newCodes();
  const answers = await Promise.all(Array.from({ length: 20 }, () => verify(id, "00000-00000")));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(5);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
});

test("ten backup codes are good once each; of the last ones an event warns", async () => {
  const { api, newCodes, verify, verifiers } = await newScene();
  const made = await newCodes();
  expect(made).toMatchObject({ type: "backup_codes", name: "Backup codes", codes_remaining: 10 });
  const { codes, ...verifier } = made;
  expect(good(await api.get(`${verifiers}/${made.id}`))).toEqual(verifier);
  expectRefusal(await api.post(verifiers, { type: "backup_codes" }), 409);
  for (const [at, code] of codes.entries()) {
    const events = await eventsBy(api, async () => {
      const written = at % 2 === 0 ? code.toUpperCase().replace("-", " ") : code;
      expect(good(await verify(made.id, written))).toEqual({ success: true, remaining: 9 - at, error: null });
    });
    const low = 9 - at <= 3 ? ["user.mfa.backup-codes.low"] : [];
    expect(events.map(({ type }) => type)).toEqual([...low, "user.mfa.verification.succeeded"]);
    expect(JSON.stringify(events)).not.toContain(code);
  }
  expect(good(await verify(made.id, codes[0]))).toEqual({ success: false, remaining: 0, error: "invalid_code" });
});

test("new codes put an end to the old ones, and to a lock", async () => {
  const { api, newCodes, newApp, verify, verifiers } = await newScene();
  const { id, codes: old } = await newCodes();
  for (let turn = 0; turn < 5; turn++) await verify(id, "00000-00000");
  expect((await verify(id, old[0])).status).toBe(429);
  const events = await eventsBy(api, async () => {
    const { codes } = good(await api.post(`${verifiers}/${id}/regenerate`));
    expect(codes).toHaveLength(10);
    expect(good(await verify(id, old[0]))).toEqual({ success: false, remaining: 10, error: "invalid_code" });
    expect(good(await verify(id, codes[0]))).toEqual({ success: true, remaining: 9, error: null });
  });
  expect(events.at(-1)?.type).toBe("user.mfa.backup-codes.regenerated");
  const app = await newApp();
  expectRefusal(await api.post(`${verifiers}/${app.id}/regenerate`), 409);
});

test("the database shows no authenticator's secret and no code", async () => {
  const { api, verifiers, enroll, newApp, newCodes } = await newScene();
  const { codes } = await newCodes();
  const { secret, id } = await newApp();
  const pending = await enroll();
  const rows = await world.sql<{ text: string }>(
    `select t::text as text from user_verifiers t union all select t::text from user_totp_enrollments t
     union all select t::text from events t`,
  );
  const text = rows.map((row) => row.text).join("\n");
  for (const hidden of [secret, pending.secret, ...codes, ...codes.map((code: string) => code.replace("-", ""))]) {
    for (const encoding of ["utf8", "hex", "base64"] as const) {
      expect(text).not.toContain(Buffer.from(hidden).toString(encoding));
    }
  }
  // What was sealed for one row opens no other.
  await world.sql(
    "update user_verifiers set totp_secret = (select secret from user_totp_enrollments where id = $2) where id = $1",
    [id, pending.enrollment_id],
  );
  expect((await api.post(`${verifiers}/${id}/verify`, { code: "123456" })).status).toBe(500);
  expect(world.server.complaints.join("")).not.toContain(secret);
});
