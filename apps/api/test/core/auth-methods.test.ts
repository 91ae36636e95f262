import { expect, test } from "vitest";
import { openClientSecret } from "../../src/core/auth-methods/settings.ts";
import { testDeps } from "../harness/deps.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, newPlace } from "./support.ts";

const world = await createWorld();

const newScene = async () => {
  const place = await newPlace(world);
  const path = `${place.issuer}/auth-methods`;
  const add = (method: string, body: object = {}) =>
    place.api.post(path, { method, name: "A method", enabled: false, ...body });
  const versionOf = async () =>
    (await world.sql<{ version: string }>("select version::text from issuers where id = $1", [place.issuerId]))[0]
      ?.version;
  return { ...place, path, add, versionOf };
};
const secret = "the provider's own secret";
const provider = { issuer: "https://idp.example.com", client_id: "authpi" };

test("a new issuer has a password and a code by mail, and each has every field", async () => {
  const { api, path, accountId, issuerId } = await newScene();
  const answer = await api.get(path);
  const [password, code] = good(answer);
  expect(answer.body).toEqual({ data: [password, code], has_more: false, next_cursor: null });
  expect(password).toEqual({
    ...{ id: password.id, account_id: accountId, issuer_id: issuerId, method: "password", name: "Password" },
    ...{ enabled: true, use: "both", position: 0, settings: {} },
    ...{ created_at: expect.any(Number), updated_at: password.created_at },
  });
  expect(code).toMatchObject({ method: "email-code", position: 1 });
  expect(good(await api.get(`${path}/${code.id}`))).toEqual(code);
});

test("methods stand in the order of their positions, a new one last", async () => {
  const { api, path, add } = await newScene();
  const link = good(await add("email-link", { enabled: true, use: "login" }));
  expect(link.position).toBe(2);
  good(await add("totp_app", { enabled: true, position: 0 }));
  const kinds = async () => good(await api.get(path)).map(({ method }: { method: string }) => method);
  expect(await kinds()).toEqual(["password", "totp_app", "email-code", "email-link"]);
  good(await api.patch(`${path}/${link.id}`, { position: 0 }));
  expect(await kinds()).toEqual(["password", "email-link", "totp_app", "email-code"]);
});

test("a method behind the highest position is last there", async () => {
  const { api, path, add } = await newScene();
  good(await add("email-link", { position: 1_000_000 }));
  expect(good(await add("totp_app")).position).toBe(1_000_000);
  const kinds = good(await api.get(path)).map(({ method }: { method: string }) => method);
  expect(kinds.slice(-2)).toEqual(["email-link", "totp_app"]);
});

test.each(["webauthn", "oidc", "oauth2", "saml"])("%s is stored, and refused while it is enabled", async (method) => {
  const { api, path, add } = await newScene();
  const refused = await add(method, { enabled: true });
  expectRefusal(refused, 400, "enabled");
  expect(refused.body.fields[0].message).toContain(method);
  const { id } = good(await add(method));
  expectRefusal(await api.patch(`${path}/${id}`, { enabled: true }), 400, "enabled");
  expect(good(await api.get(`${path}/${id}`)).enabled).toBe(false);
});

test.each(["totp_app", "backup_codes"])("%s is a second factor and nothing else", async (method) => {
  const { api, path, add } = await newScene();
  const { id, use } = good(await add(method, { enabled: true }));
  expect(use).toBe("second_factor");
  for (const other of ["login", "signup", "both"]) {
    expectRefusal(await add(method, { use: other }), 400, "use");
    expectRefusal(await api.patch(`${path}/${id}`, { use: other }), 400, "use");
  }
});

test("a method has the settings of its kind, and no others", async () => {
  const { api, path, add } = await newScene();
  for (const method of ["password", "email-link", "saml"])
    expectRefusal(await add(method, { settings: provider }), 400, "settings.issuer", "settings.client_id");
  expectRefusal(await add("oidc", { settings: { region: "eu" } }), 400, "settings.region");
  const { id, settings } = good(await add("oidc"));
  expect(settings).toEqual({ issuer: null, client_id: null, scopes: [], claims: {} });
  const patch = async (changes: object) => good(await api.patch(`${path}/${id}`, { settings: changes })).settings;
  const claims = { first_name: "given_name" };
  expect(await patch({ ...provider, claims })).toEqual({ ...provider, scopes: [], claims });
  expect(await patch({ scopes: ["openid"], claims: { locale: "locale" } })).toEqual({
    ...provider,
    scopes: ["openid"],
    claims: { locale: "locale" },
  });
  expect(await patch({ issuer: null, scopes: null })).toEqual({
    ...{ issuer: null, client_id: "authpi", scopes: [], claims: { locale: "locale" } },
  });
});

test("a provider's secret is sealed for its place, and neither answered nor told", async () => {
  const { api, path, add, issuerId } = await newScene();
  const made = await add("oidc", { settings: { ...provider, client_secret: secret } });
  const { id } = good(made);
  const stored = async () => {
    const rows = await world.sql<{ settings: { client_secret?: string } }>(
      "select settings from auth_methods where id = $1",
      [id],
    );
    return rows[0]?.settings ?? {};
  };
  const before = await stored();
  expect(JSON.stringify(before)).not.toContain(secret);
  expect(openClientSecret(testDeps(), { issuer_id: issuerId, id, settings: before })).toBe(secret);
  expect(() => openClientSecret(testDeps(), { issuer_id: issuerId, id: "am_other", settings: before })).toThrow();

  const change = (client_secret: string | null) => api.patch(`${path}/${id}`, { settings: { client_secret } });
  expect(await eventsBy(api, async () => good(await change(secret)))).toEqual([]);
  const events = await eventsBy(api, async () => good(await change("another secret")));
  expect(events).toMatchObject([{ type: "issuer.auth-method.updated", data: { previous: {} } }]);
  const after = await stored();
  expect(openClientSecret(testDeps(), { issuer_id: issuerId, id, settings: after })).toBe("another secret");
  good(await api.patch(`${path}/${id}`, { settings: { scopes: ["openid"] } }));
  expect((await stored()).client_secret).toBe(after.client_secret);
  good(await change(null));
  expect(await stored()).not.toHaveProperty("client_secret");

  const shown = [made.text, (await api.get(path)).text, (await api.get("events")).text].join();
  for (const hidden of [secret, "another secret", String(before.client_secret), "client_secret"])
    expect(shown).not.toContain(hidden);
});

test("every change tells of itself, names the issuer and raises its version; none does neither", async () => {
  const { api, path, add, versionOf, issuerId } = await newScene();
  const versions = [await versionOf()];
  const events = await eventsBy(api, async () => {
    const { id } = good(await add("email-link"));
    versions.push(await versionOf());
    for (const _ of ["a change", "none"]) good(await api.patch(`${path}/${id}`, { enabled: true }));
    versions.push(await versionOf());
    expect((await api.delete(`${path}/${id}`)).status).toBe(204);
    versions.push(await versionOf());
    expect((await api.delete(`${path}/${id}`)).status).toBe(404);
  });
  expect(versions.map(Number)).toEqual([0, 1, 2, 3].map((more) => Number(versions[0]) + more));
  const told = ["deleted", "updated", "created"].map((what) => `issuer.auth-method.${what}`);
  expect(events.map(({ type }) => type)).toEqual(told);
  expect(events[1]?.data.previous).toEqual({ enabled: false });
  for (const { subject } of events) expect(subject).toMatchObject({ type: "auth_method", issuer_id: issuerId });
});

test("an issuer's list counts its methods by what they are for", async () => {
  const { api, add } = await newScene();
  good(await add("email-link", { enabled: true, use: "login" }));
  good(await add("totp_app", { enabled: true }));
  good(await add("oidc"));
  const [issuer] = good(await api.get("issuers"));
  expect(issuer).toMatchObject({
    ...{ auth_method_count: 5, enabled_login_method_count: 3, enabled_signup_method_count: 2 },
  });
});
