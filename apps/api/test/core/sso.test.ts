import { expect, test } from "vitest";
import { openSsoSecret } from "../../src/core/organizations/sso.ts";
import { testDeps } from "../harness/deps.ts";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, newPlace } from "./support.ts";

const world = await createWorld({ poolMax: 10 });

const newScene = async (made: Parameters<typeof newPlace>[1] = {}) => {
  const place = await newPlace(world, made);
  const { api, organization } = place;
  return {
    ...place,
    domains: `${organization}/sso/domains`,
    read: async () => good(await api.get(organization)),
    change: async (sso: object | null) => good(await api.patch(organization, { sso })).sso,
    refuse: async (sso: object, ...fields: string[]) =>
      expectRefusal(await api.patch(organization, { sso }), 400, ...fields),
  };
};
const off = {
  ...{ enabled: false, only: false, method: null, oidc: null, saml: null, default_scopes: [], jit: false },
  ...{ secret_rotated_at: null, domains: [] },
};
const oidc = { issuer: "https://idp.example.com", client_id: "authpi", scopes: ["openid"], claims: {} };

test("single sign-on is stored with the organization, merged by a PATCH and cleared by null", async () => {
  const made = { only: true, method: "oidc", oidc: { issuer: oidc.issuer }, default_scopes: ["a"], jit: true };
  const { read, change } = await newScene({ organization: { sso: made } });
  const initial = { ...off, ...made, oidc: { issuer: oidc.issuer, client_id: null, scopes: [], claims: {} } };
  expect((await read()).sso).toEqual(initial);
  expect(await change({ oidc: { client_id: "authpi", scopes: ["openid"] } })).toEqual({ ...initial, oidc });
  const saml = { metadata_url: "https://idp.example.com/metadata", metadata_xml: null, claims: { email: "mail" } };
  const both = await change({ method: "saml", saml, only: null, jit: false, default_scopes: null });
  expect(both).toEqual({ ...off, method: "saml", oidc, saml });
  expect(await change({ oidc: null, saml: { claims: null } })).toEqual({
    ...{ ...off, method: "saml", saml: { ...saml, claims: {} } },
  });
  expect(await change(null)).toEqual(off);
});

test("what is not served yet can be stored, and not enabled", async () => {
  const { api, issuer, refuse, change } = await newScene();
  await refuse({ enabled: true }, "sso.enabled");
  await change({ method: "oidc", oidc });
  await refuse({ enabled: true }, "sso.enabled");
  await refuse({ enabled: true, method: "saml" }, "sso.enabled");
  const sso = { enabled: true, method: "oidc", oidc };
  const refused = await api.post(`${issuer}/organizations`, { name: "a", sso });
  expectRefusal(refused, 400, "sso.enabled");
  expect(refused.body.error_description).toBe("sso.enabled must be false: oidc can be stored, and is not served yet.");
});

test("a SAML provider is told by an address or by its metadata", async () => {
  const { refuse, change } = await newScene();
  await change({ saml: { metadata_xml: "<EntityDescriptor/>" } });
  await refuse({ saml: { metadata_url: "https://idp.example.com" } }, "sso.saml.metadata_xml");
  const moved = await change({ saml: { metadata_url: "https://idp.example.com", metadata_xml: null } });
  expect(moved.saml).toMatchObject({ metadata_url: "https://idp.example.com", metadata_xml: null });
});

test("default scopes are of the catalogues of the issuer and the organization", async () => {
  const { api, organization, refuse, change, issuer } = await newScene({
    ...{ issuer: { available_scopes: ["a:*", "b:read"] }, organization: { scopes: ["a:*", "c"] } },
  });
  await refuse({ default_scopes: ["c"] }, "sso.default_scopes");
  await refuse({ default_scopes: ["b:read"] }, "sso.default_scopes");
  expect((await change({ default_scopes: ["a:read"] })).default_scopes).toEqual(["a:read"]);
  const together = { scopes: ["b:read"], sso: { default_scopes: ["b:read"] } };
  expect(good(await api.patch(organization, together)).sso.default_scopes).toEqual(["b:read"]);
  const created = await api.post(`${issuer}/organizations`, { name: "a", sso: { default_scopes: ["d"] } });
  expectRefusal(created, 400, "sso.default_scopes");
});

test("the own organization's single sign-on is changed in its place, and gives nobody more than its writer has", async () => {
  const { api, accountId } = await world.tenant();
  const { organization: own } = good(await api.get(`/v1/accounts/${accountId}`));
  const path = `issuers/${own.issuer_id}/organizations/${own.id}`;
  const weak = await world.keyOf(accountId, ["issuers.organizations:write", "issuers.organizations.sso:write"]);
  expectRefusal(await weak.patch(path, { sso: { default_scopes: ["*:**"] } }), 403);
  expectRefusal(await api.patch(path, { sso: { jit: true }, name: "a" }), 403);
  expect(good(await api.patch(path, { sso: { default_scopes: ["*:**"] } })).sso.default_scopes).toEqual(["*:**"]);
  expect(good(await api.get(`/v1/accounts/${accountId}`)).organization.sso.default_scopes).toEqual(["*:**"]);
  // Another provider would give its people what this one gives.
  expectRefusal(await weak.patch(path, { sso: { oidc: { issuer: "https://idp.example.net" } } }), 403);
  expectRefusal(await weak.post(`${path}/sso/rotate-secret`), 403);
  expect(good(await weak.patch(path, { sso: { default_scopes: [] } })).sso.default_scopes).toEqual([]);
});

test("a provider's secret is sealed for its place, and neither answered nor told", async () => {
  const secret = "the provider's secret";
  const { api, organization, change, orgId: id, issuerId: issuer_id } = await newScene();
  const stored = async () => {
    const rows = await world.sql<{ bytes: Buffer | null }>(
      "select sso_client_secret as bytes from organizations where id = $1",
      [id],
    );
    return rows[0]?.bytes ?? Buffer.alloc(0);
  };
  const set = (client_secret: string | null) => change({ oidc: { client_secret } });
  const events = await eventsBy(api, async () => {
    expect((await change({ oidc: { ...oidc, client_secret: secret } })).oidc).toEqual(oidc);
    await set("another secret");
    const before = await stored();
    await set("another secret");
    await change({ oidc: { issuer: oidc.issuer } });
    expect(await stored()).toEqual(before);
  });
  expect(events.map(({ type }) => type)).toEqual(["organization.sso.updated", "organization.sso.updated"]);
  expect(events[0]?.data.previous).toEqual({});
  const sealed = await stored();
  const open = (place: object) => openSsoSecret(testDeps(), { issuer_id, id, ...place }, "client_secret", sealed);
  expect(open({})).toBe("another secret");
  expect(() => open({ id: "org_other" })).toThrow();
  const shown = [(await api.get(organization)).text, (await api.get("events")).text].join();
  for (const hidden of [secret, "another secret", "client_secret"]) expect(shown).not.toContain(hidden);
  await change({ oidc: null });
  expect(await stored()).toHaveLength(0);
});

test("a change of single sign-on alone has an event of its own", async () => {
  const { api, organization, orgId } = await newScene();
  const patch = async (body: object) => good(await api.patch(organization, body));
  const events = await eventsBy(api, async () => {
    await patch({ name: "Renamed", sso: { jit: true } });
    await patch({ name: "Again" });
    // As it will be once a method is served.
    await world.sql(`update organizations set sso = sso || '{"enabled": true}' where id = $1`, [orgId]);
    await patch({ sso: { enabled: false } });
    await patch({ sso: { jit: false } });
    await patch({ sso: { jit: false } });
    await patch({ status: "suspended", sso: { jit: true } });
  });
  const told = ["suspended", "sso.updated", "sso.disabled", "updated", "updated"];
  expect(events.map(({ type }) => type)).toEqual(told.map((what) => `organization.${what}`));
  expect(events[2]).toMatchObject({
    subject: { type: "organization", id: orgId, org_id: orgId },
    data: { resource: { id: orgId, sso: { enabled: false } }, previous: { sso: { enabled: true } } },
  });
});

test("a domain is proved by its record, and stands in the organization", async () => {
  const { api, domains, organization, read } = await newScene();
  const made = await api.post(domains, { domain: "Globex.Example" });
  expect(made.status, made.text).toBe(201);
  expect(made.body.data).toEqual({
    domain: "globex.example",
    txt_record_name: "_authpi-challenge.globex.example",
    txt_record_value: expect.stringMatching(/^authpi-verification=[0-9A-Za-z]{43}$/),
  });
  expect(made.headers.get("location")).toBe(`/v1/accounts/${api.accountId}/${organization}`);
  const added = { ...made.body.data, verified: false, added_at: expect.any(Number), verified_at: null };
  expect((await read()).sso.domains).toEqual([added]);

  const verify = () => api.post(`${domains}/globex.example/verify`);
  const { txt_record_name: name, txt_record_value: value } = made.body.data;
  const early = good(await verify());
  expect(early).toEqual({ verified: false, error: expect.stringContaining(name) });
  world.dns.publish(name, value);
  const verified = await verify();
  expect(good(verified)).toEqual({ verified: true, error: null });
  expect(verified.headers.get("etag")).toBe((await api.get(organization)).headers.get("etag"));
  expect((await read()).sso.domains).toEqual([{ ...added, verified: true, verified_at: expect.any(Number) }]);
  world.dns.publish(name);
  expect(await eventsBy(api, async () => expect(good(await verify()).verified).toBe(true))).toEqual([]);
  expect(good(await api.delete(`${domains}/globex.example`))).toEqual({ domain: "globex.example" });
  expect((await api.delete(`${domains}/globex.example`)).status).toBe(404);
  expect((await read()).sso.domains).toEqual([]);
});

test("a domain belongs to one organization of an issuer, and is free again when that is deleted", async () => {
  const { api, issuer, organization, domains } = await newScene();
  const other = `${issuer}/organizations/${good(await api.post(`${issuer}/organizations`, { name: "Initech" })).id}`;
  const take = async (path: string) => (await api.post(path, { domain: "shared.example" })).status;
  expect(await take(domains)).toBe(201);
  expect(await take(domains)).toBe(409);
  expect(await take(`${other}/sso/domains`)).toBe(409);
  const elsewhere = await newScene();
  expect((await elsewhere.api.post(elsewhere.domains, { domain: "shared.example" })).status).toBe(201);
  expect((await api.delete(`${other}/sso/domains/shared.example`)).status).toBe(404);
  expect((await api.delete(organization)).status).toBe(204);
  expect(await take(`${other}/sso/domains`)).toBe(201);
});

test("an organization has 20 domains at most, however many are added at once", async () => {
  const { api, domains, read } = await newScene();
  const adding = Array.from({ length: 25 }, (_, n) => api.post(domains, { domain: `n${n}.many.example` }));
  const statuses = (await Promise.all(adding)).map(({ status }) => status);
  expect(statuses.filter((status) => status === 201)).toHaveLength(20);
  expect(statuses.filter((status) => status === 409)).toHaveLength(5);
  expect((await read()).sso.domains).toHaveLength(20);
});

test("a new secret is shown once, sealed, and ends the one before", async () => {
  const { api, organization, orgId: id, issuerId: issuer_id, read } = await newScene();
  const rotate = async (): Promise<string> => good(await api.post(`${organization}/sso/rotate-secret`)).secret;
  const secrets: string[] = [];
  const events = await eventsBy(api, async () => {
    secrets.push(await rotate(), await rotate());
  });
  for (const secret of secrets) expect(secret).toMatch(/^sso_[0-9A-Za-z]{49}$/);
  expect(new Set(secrets).size).toBe(2);
  const [row] = await world.sql<{ bytes: Buffer }>("select sso_secret as bytes from organizations where id = $1", [id]);
  expect(openSsoSecret(testDeps(), { issuer_id, id }, "secret", row?.bytes ?? Buffer.alloc(0))).toBe(secrets[1]);
  expect((await read()).sso.secret_rotated_at).toEqual(expect.any(Number));
  expect(events.map(({ type }) => type)).toEqual(["organization.sso.updated", "organization.sso.updated"]);
  const shown = [(await api.get(organization)).text, (await api.get("events")).text].join();
  for (const secret of secrets) expect(shown).not.toContain(secret);
});

test("each change below moves the organization's ETag, and tells of the organization", async () => {
  const { api, organization, domains, orgId, issuerId } = await newScene();
  const etag = async () => (await api.get(organization)).headers.get("etag");
  const etags = new Set([await etag()]);
  const events = await eventsBy(api, async () => {
    const { domain, txt_record_name, txt_record_value } = good(await api.post(domains, { domain: "moves.example" }));
    etags.add(await etag());
    world.dns.publish(txt_record_name, txt_record_value);
    good(await api.post(`${domains}/${domain}/verify`));
    etags.add(await etag());
    good(await api.delete(`${domains}/${domain}`));
    etags.add(await etag());
  });
  expect(etags.size).toBe(4);
  const told = ["deleted", "verified", "created"].map((what) => `organization.sso.domain-${what}`);
  expect(events.map(({ type }) => type)).toEqual(told);
  for (const { subject } of events)
    expect(subject).toMatchObject({ id: "moves.example", org_id: orgId, issuer_id: issuerId });
});
