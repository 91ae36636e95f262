import { createHmac } from "node:crypto";
import { expect, test } from "vitest";
import { eventsBy, expectRefusal, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { newHook } from "./support.ts";

// No name leads anywhere: an attempt ends at once.
const world = await createWorld({ outgoing: { resolve: async () => [] } });
const url = "https://hooks.example.com/authpi";
const body = { name: "hook", url, auth: { type: "signature" } };

test("a webhook has its defaults, and its secret is shown once", async () => {
  const { api } = await world.tenant();
  const made = good(await api.post("webhooks", body));
  expect(made).toMatchObject({
    ...{ description: null, events: [], subjects: [], metadata: {}, status: "active", status_at: null },
    retry: { max_attempts: 8, schedule_seconds: null },
    circuit_breaker: { failure_threshold: 20, cooldown_seconds: 3600 },
  });
  const { signature_secret_plain: secret, ...shown } = made.auth;
  expect(secret).toMatch(/^whs_[A-Za-z0-9+/]{43}=$/);
  expect(shown).toEqual({
    type: "signature",
    signature_algorithm: "hmac-sha256",
    signature_secret_hint: `...${secret.slice(-6)}`,
  });
  expect(good(await api.get(`webhooks/${made.id}`)).auth).toEqual(shown);
  const [{ auth_type, auth }] = good(await api.get("webhooks"));
  expect([auth_type, auth]).toEqual(["signature", undefined]);
  const rows = await world.sql("select to_jsonb(w)::text as text from webhooks w where id = $1", [made.id]);
  expect(rows[0]?.text).not.toContain(secret.slice(4));
});

test("a webhook can be made paused, with the reason", async () => {
  const { api } = await world.tenant();
  const made = good(await api.post("webhooks", { ...body, status: "disabled", status_reason: "not yet" }));
  expect(made).toMatchObject({ status: "disabled", status_reason: "not yet", status_at: made.created_at });
  expect(made.status_by).toMatch(/^key_/);
  const events = await eventsBy(api, () => api.patch(`webhooks/${made.id}`, { status: "active" }));
  expect(events.map(({ type }) => type)).toEqual(["webhook.resumed"]);
});

test.each([
  ["none", undefined, []],
  ["bearer", undefined, ["bearer_token_plain"]],
  ["bearer+signature", "a-token-of-my-own", ["bearer_token_plain", "signature_secret_plain"]],
])("auth of the kind %s has its secrets", async (type, bearer_token, once) => {
  const { api } = await world.tenant();
  const { auth } = good(await api.post("webhooks", { ...body, auth: { type, bearer_token } }));
  expect(
    Object.keys(auth)
      .filter((key) => key.endsWith("_plain"))
      .sort(),
  ).toEqual(once);
  if (bearer_token) expect(auth.bearer_token_plain).toBe(bearer_token);
  expect(auth.signature_algorithm).toBe(type.includes("signature") ? "hmac-sha256" : null);
});

test.each([
  [{ events: ["api-key.verified"] }, "events.0"],
  [{ events: ["user.created", "user.exploded"] }, "events.1"],
  [{ events: ["*"] }, "events.0"],
  [{ events: ["personal-token.*"] }, "events.0"],
  [{ subjects: [{ type: "session", id: "s_1" }] }, "subjects.0.type"],
  [{ auth: { type: "basic" } }, "auth.type"],
  [{ auth: { type: "signature", bearer_token: "a-token-of-my-own" } }, "auth.bearer_token"],
  [{ retry: { max_attempts: 17 } }, "retry.max_attempts"],
  [{ status: "failing" }, "status"],
])("%j is refused by name", async (wrong, field) => {
  const { api } = await world.tenant();
  expectRefusal(await api.post("webhooks", { ...body, ...wrong }), 400, field);
});

test.each([
  "http://2130706433/",
  "http://0x7f.1/",
  "http://127.1/",
  "http://localhost./",
  "http://[::ffff:127.0.0.1]/",
  "http://169.254.169.254/latest/meta-data",
  "https://user:password@hooks.example.com/",
  "ftp://hooks.example.com/",
])("the url %s is refused when it is made, and when it is changed", async (wrong) => {
  const { api } = await world.tenant();
  expectRefusal(await api.post("webhooks", { ...body, url: wrong }), 400, "url");
  const { id } = good(await api.post("webhooks", body));
  expectRefusal(await api.patch(`webhooks/${id}`, { url: wrong }), 400, "url");
});

test("outside of development there is no http: and no loopback", async () => {
  const strict = await world.another({ outgoing: { development: false, resolve: async () => [] } });
  const { api } = await world.tenant();
  for (const wrong of ["http://hooks.example.com/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/"]) {
    expect((await api.post("webhooks", { ...body, url: wrong })).status).toBe(201);
    expectRefusal(await api.at(strict.url).post("webhooks", { ...body, url: wrong }), 400, "url");
  }
});

test("families and the types that clients know are welcome as filters", async () => {
  const { api } = await world.tenant();
  const events = [
    "user.*",
    "user.mfa.*",
    "webhook.secret.rotated",
    "account.credits.depleted",
    "account.credits.updated",
  ];
  expect(good(await api.post("webhooks", { ...body, events })).events).toEqual(events);
});

test("creating one, or turning one elsewhere, needs events:read too", async () => {
  const { api, accountId } = await world.tenant();
  const narrow = await world.keyOf(accountId, ["webhooks:*"]);
  const refused = await narrow.post("webhooks", body);
  expect(refused.status).toBe(403);
  expect(refused.body.error_description).toContain("events:read");
  const { id } = good(await api.post("webhooks", body));
  expect((await narrow.patch(`webhooks/${id}`, { url: "https://evil.example.com" })).status).toBe(403);
  expect((await narrow.patch(`webhooks/${id}`, { events: [] })).status).toBe(403);
  expect((await narrow.patch(`webhooks/${id}`, { name: "Renamed" })).status).toBe(200);
});

test("an account has at most 50 webhooks, also when they are made at the same time", async () => {
  const { api } = await world.tenant();
  // Not each of them is to be told of all others.
  const quiet = { ...body, events: ["issuer.*"] };
  await Promise.all(Array.from({ length: 48 }, async () => good(await api.post("webhooks", quiet))));
  const last = await Promise.all(Array.from({ length: 6 }, () => api.post("webhooks", quiet)));
  expect(last.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409, 409, 409]);
  const failing = good(await api.get("webhooks?status=failing"));
  expect([good(await api.get("webhooks?limit=100")).length, failing.length]).toEqual([50, 0]);
});

test("another kind of auth makes new secrets, shown once, and the old signature stays for a day", async () => {
  const { api, receiver, path, webhook, happen } = await newHook(world);
  const { auth } = good(await api.patch(path, { auth: { type: "bearer+signature" } }));
  expect(auth.signature_secret_plain).not.toBe(webhook.auth.signature_secret_plain);
  await happen();
  await runJobs(world.server);
  const [{ headers, text } = { headers: {}, text: "" }] = receiver.received;
  expect(headers.authorization).toBe(`Bearer ${auth.bearer_token_plain}`);
  expect(validSecrets(headers, text, [auth.signature_secret_plain, webhook.auth.signature_secret_plain])).toEqual([
    true,
    true,
  ]);
  expect(
    good(await api.patch(path, { auth: { type: "bearer+signature" } })).auth.signature_secret_plain,
  ).toBeUndefined();
});

test("a rotated secret signs at once, and the old one for 24 hours beside it", async () => {
  const { api, receiver, path, webhook, happen } = await newHook(world);
  const [event] = await eventsBy(api, async () => {
    Object.assign(webhook, { next: good(await api.post(`${path}/rotate-secret`)).auth.signature_secret_plain });
  });
  expect(event).toMatchObject({ type: "webhook.secret.rotated", subject: { webhook_id: webhook.id } });
  const secrets = [String(webhook.next), webhook.auth.signature_secret_plain];
  for (const [hours, expected] of [
    [23, [true, true]],
    [1.01, [true, false]],
  ] as const) {
    world.server.clock.advance(hours * 3_600_000);
    await happen();
    await runJobs(world.server);
    const { headers, text } = receiver.received.at(-1) ?? { headers: {}, text: "" };
    expect(validSecrets(headers, text, secrets)).toEqual(expected);
  }
});

test("a webhook without a secret has none to rotate, a bearer token is replaced", async () => {
  const { api } = await world.tenant();
  const none = good(await api.post("webhooks", { ...body, auth: { type: "none" } }));
  expect((await api.post(`webhooks/${none.id}/rotate-secret`)).status).toBe(409);
  const bearer = good(await api.post("webhooks", { ...body, auth: { type: "bearer" } }));
  const { auth } = good(await api.post(`webhooks/${bearer.id}/rotate-secret`));
  expect(auth.bearer_token_plain).not.toBe(bearer.auth.bearer_token_plain);
});

test("only what concerns its subjects is sent", async () => {
  const { api } = await world.tenant();
  const [one, other] = [good(await api.post("issuers", { name: "a" })), good(await api.post("issuers", { name: "b" }))];
  const subjects = [{ type: "issuer", id: one.id }];
  const { id } = good(await api.post("webhooks", { ...body, events: ["issuer.*", "user.created"], subjects }));
  for (const issuer of [one, other]) {
    good(await api.patch(`issuers/${issuer.id}`, { description: "Changed" }));
    good(await api.post(`issuers/${issuer.id}/users`, { username_type: "unique-name", username: "ada" }));
    good(await api.post(`issuers/${issuer.id}/organizations`, { name: "Globex" }));
  }
  const made = good(await api.get(`webhooks/${id}/deliveries`));
  expect(made.map(({ event_type }: { event_type: string }) => event_type)).toEqual(["user.created", "issuer.updated"]);
});

test("PATCH merges settings, null brings defaults back, and what changes nothing records nothing", async () => {
  const { api } = await world.tenant();
  const { id } = good(await api.post("webhooks", { ...body, retry: { max_attempts: 3 } }));
  const path = `webhooks/${id}`;
  expect(good(await api.patch(path, { retry: { schedule_seconds: [1] } })).retry).toEqual({
    max_attempts: 3,
    schedule_seconds: [1],
  });
  expect(good(await api.patch(path, { retry: null })).retry).toEqual({ max_attempts: 8, schedule_seconds: null });
  expect(await eventsBy(api, () => api.patch(path, { name: "hook", status: "active" }))).toEqual([]);
});

/** Which of the secrets signed, by the header of ours. */
const validSecrets = (headers: Record<string, unknown>, text: string, secrets: string[]): boolean[] => {
  const [t = "", ...macs] = String(headers["x-webhook-signature"]).split(",");
  return secrets.map((secret) => {
    const key = Buffer.from(secret.slice(4), "base64");
    return macs.includes(
      `v1=${createHmac("sha256", key)
        .update(`${t.slice(2)}.${text}`)
        .digest("hex")}`,
    );
  });
};
