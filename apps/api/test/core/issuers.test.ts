import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good } from "./support.ts";

const world = await createWorld();

const newIssuer = async (body: object = {}) => {
  const { api, accountId } = await world.tenant();
  const issuer = good(await api.post("issuers", { name: "acme", ...body }));
  const path = `issuers/${issuer.id}`;
  return { api, accountId, issuer, path, change: async (patch: object) => good(await api.patch(path, patch)) };
};
const noLinks = { privacy_policy: null, terms_of_service: null, website: null, support: null, documentation: null };

test("an issuer is made of a name alone, and has every field at its default", async () => {
  const { issuer, accountId, api, path } = await newIssuer();
  expect(issuer).toEqual({
    ...{ id: expect.stringMatching(/^i_[0-9a-z]{25}$/), account_id: accountId, name: "acme", description: null },
    ...{ links: noLinks, available_scopes: [], metadata: {} },
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
    settings: {
      portals: { login: { enabled: true }, signup: { enabled: true }, profile: { enabled: true } },
      branding: { logo_url: null, primary_color: null, background_color: null, favicon_url: null },
      access: {
        ...{ mode: "open", allowed_domains: [] },
        sessions: { max_age: 604_800, idle_timeout: 43_200, max_per_user: 50 },
        tokens: { access_token_ttl: 1800, refresh_token_ttl: 604_800 },
      },
      security: {
        ...{ mfa: "off", password: { min_length: 8 }, verify_email: true },
        trusted_devices: { enabled: true, max_age: 2_592_000 },
      },
    },
    ...{ created_at: expect.any(Number), updated_at: issuer.created_at },
  });
  expect(good(await api.get(path))).toEqual(issuer);
});

test("settings are merged at every depth, lists are replaced, and null brings the default back", async () => {
  const { issuer, change } = await newIssuer({
    settings: { access: { mode: "domain_restricted", allowed_domains: ["example.com", "example.org"] } },
  });
  const { settings } = issuer;
  const { access } = settings;
  expect(access).toMatchObject({ mode: "domain_restricted", sessions: { max_age: 604_800 } });

  const branding = { primary_color: "#3355ff" };
  const patch = {
    access: { allowed_domains: ["example.net"], sessions: { max_per_user: 3 } },
    branding,
    portals: { signup: { enabled: false } },
  };
  const changed = {
    ...settings,
    access: { ...access, allowed_domains: ["example.net"], sessions: { ...access.sessions, max_per_user: 3 } },
    branding: { ...settings.branding, ...branding },
    portals: { ...settings.portals, signup: { enabled: false } },
  };
  expect((await change({ settings: patch })).settings).toEqual(changed);
  const back = await change({
    settings: {
      access: { mode: null, allowed_domains: null, sessions: { max_per_user: null } },
      branding: { primary_color: null },
      portals: { signup: { enabled: null } },
    },
  });
  expect(back.settings).toEqual({ ...settings, access: { ...access, mode: "open", allowed_domains: [] } });
});

test("links are merged; scopes and metadata are replaced", async () => {
  const website = "https://example.com";
  const { change } = await newIssuer({
    links: { website },
    available_scopes: ["a", "b"],
    metadata: { a: "1", b: "2" },
  });
  const support = "https://example.com/help";
  const changed = await change({ links: { support }, available_scopes: ["c"], metadata: { c: "3" } });
  expect(changed).toMatchObject({ links: { ...noLinks, website, support }, available_scopes: ["c"] });
  expect(changed.metadata).toEqual({ c: "3" });
  const cleared = await change({ links: { website: null }, available_scopes: null, metadata: null });
  expect(cleared).toMatchObject({ links: { ...noLinks, support }, available_scopes: [] });
  expect(cleared.metadata).toEqual({});
});

const caps: [field: string, max: number, settings: (value: number) => object][] = [
  ["access.sessions.max_age", 31_536_000, (max_age) => ({ access: { sessions: { max_age } } })],
  ["access.sessions.idle_timeout", 2_592_000, (idle_timeout) => ({ access: { sessions: { idle_timeout } } })],
  ["access.tokens.access_token_ttl", 1_814_400, (access_token_ttl) => ({ access: { tokens: { access_token_ttl } } })],
  [
    "access.tokens.refresh_token_ttl",
    1_814_400,
    (refresh_token_ttl) => ({ access: { tokens: { refresh_token_ttl } } }),
  ],
];

test("times of sessions and tokens have caps, and every one that is beyond is named", async () => {
  const { api, path } = await newIssuer();
  for (const [field, max, settings] of caps) {
    good(await api.patch(path, { settings: settings(max) }));
    for (const wrong of [max + 1, 0, -1, 60.5])
      expectRefusal(await api.patch(path, { settings: settings(wrong) }), 400, `settings.${field}`);
  }
  const all = { sessions: { max_age: 31_536_001, idle_timeout: 2_592_001 }, tokens: { access_token_ttl: 1_814_401 } };
  const answer = await api.post("issuers", { name: "too long", settings: { access: all } });
  expectRefusal(answer, 400, ...caps.slice(0, 3).map(([field]) => `settings.${field}`));
});

test("colours, domains and links have their forms", async () => {
  const { api, path } = await newIssuer();
  const wrong = {
    settings: {
      branding: { primary_color: "red", background_color: "#12345", logo_url: "javascript:alert(1)" },
      access: { allowed_domains: ["example.com", "*.example.com", "example.com"], mode: "closed" },
    },
    links: { website: "example.com" },
  };
  const { status, body } = await api.patch(path, wrong);
  expect(status).toBe(400);
  const named = body.fields.map(({ field }: { field: string }) => field).sort();
  const branding = ["background_color", "logo_url", "primary_color"].map((name) => `settings.branding.${name}`);
  const domains = ["settings.access.allowed_domains", "settings.access.allowed_domains.1"];
  expect(named).toEqual(["links.website", ...domains, "settings.access.mode", ...branding]);
});

test("a status comes with who and why, and is one event of an update", async () => {
  const { api, path, change } = await newIssuer();
  const events = await eventsBy(api, async () => {
    const disabled = await change({ status: "disabled", status_reason: "maintenance", status_by: "Ada" });
    expect(disabled).toMatchObject({ status: "disabled", status_reason: "maintenance", status_by: "Ada" });
    expect(disabled.status_at).toBeGreaterThanOrEqual(disabled.created_at);
    await change({ status: "disabled", status_reason: "again" });
  });
  expect(events.map(({ type }) => type)).toEqual(["issuer.updated"]);
  expect(events[0]?.data.previous).toEqual({
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
  });
  expect(good(await api.get(path)).status_reason).toBe("maintenance");
});

test("an issuer is active or disabled, and nothing else", async () => {
  const { api, path } = await newIssuer();
  for (const status of ["deleted", "suspended", "ACTIVE"])
    expectRefusal(await api.patch(path, { status }), 400, "status");
});
