import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace } from "./support.ts";

const world = await createWorld();

const newCollection = async (issuer: object = {}) => {
  const place = await newPlace(world, { issuer });
  const path = `${place.issuer}/clients`;
  const post = (body: object = {}) =>
    place.api.post(path, { name: "web", type: "external", confidential: true, settings: {}, ...body });
  return { ...place, path, post, make: async (body?: object) => good(await post(body)) };
};
type Answered = { secret?: string };

const openidDefault = {
  ...{ redirect_uris: [], post_logout_redirect_uris: [], resources: [], require_pkce: true },
  ...{ backchannel_logout_uri: null, jwks_uri: null, jwks: null },
};

test("a client has every field, at what suits its kind", async () => {
  const { make, accountId, issuerId, api, path } = await newCollection();
  const { secret, ...client } = await make();
  expect(client).toEqual({
    ...{ id: expect.stringMatching(/^c_[0-9a-z]{25}$/), account_id: accountId, issuer_id: issuerId, name: "web" },
    ...{ description: null, logo_url: null, type: "external", confidential: true, metadata: {} },
    ...{ secret_rotated_at: client.created_at, created_at: expect.any(Number), updated_at: client.created_at },
    ...{ status: "active", status_at: null, status_reason: null, status_by: null },
    settings: {
      ...{ protocol: "oidc", scopes: [], organizations: { mode: "all", ids: [] } },
      ...{ access_token_ttl: null, response_signature_alg: "ES256" },
      openid: {
        ...{ ...openidDefault, application_type: "web", grant_types: ["authorization_code", "refresh_token"] },
        token_endpoint_auth_method: "client_secret_basic",
      },
    },
  });
  expect(good(await api.get(`${path}/${client.id}`))).toEqual(client);

  const machine = await make({ settings: { openid: { application_type: "m2m" } } });
  expect(machine.settings.openid.grant_types).toEqual(["client_credentials"]);
  const spa = await make({ confidential: false, settings: { openid: { application_type: "spa" } } });
  expect(spa.settings.openid).toMatchObject({ token_endpoint_auth_method: "none", require_pkce: true });
});

test("a confidential client's secret is shown once, a public one has none", async () => {
  const { make, api, path } = await newCollection();
  const { id, secret } = await make();
  expect(secret).toMatch(/^acs_[0-9A-Za-z]{49}$/);
  const publicClient = await make({ confidential: false });
  expect(publicClient).not.toHaveProperty("secret");
  expect(publicClient.secret_rotated_at).toBeNull();
  const answers = [
    await api.get(`${path}/${id}`),
    await api.get(path),
    await api.patch(`${path}/${id}`, { name: "renamed" }),
    await api.post(`${path}/${id}/block`),
    await api.get("events"),
  ];
  for (const { text } of answers) expect(text).not.toContain(secret);
});

test("a rotation answers with a new secret alone, for confidential clients", async () => {
  const { make, api, path } = await newCollection();
  const client: Answered & { id: string } = await make();
  world.server.clock.advance(1000);
  const rotated = good(await api.post(`${path}/${client.id}/secret/rotate`));
  expect(Object.keys(rotated)).toEqual(["secret"]);
  expect(rotated.secret).toMatch(/^acs_/);
  expect(rotated.secret).not.toBe(client.secret);
  const { secret_rotated_at, created_at } = good(await api.get(`${path}/${client.id}`));
  expect(secret_rotated_at).toBeGreaterThanOrEqual(created_at + 1000);

  const { id } = await make({ confidential: false });
  expectRefusal(await api.post(`${path}/${id}/secret/rotate`), 409);
});

test("blocking disables, unblocking enables, and a PATCH of the status does the same", async () => {
  const { make, api, path } = await newCollection();
  const { id } = await make();
  const events = await eventsBy(api, async () => {
    const blocked = good(await api.post(`${path}/${id}/block`, { status_reason: "leaked" }));
    expect(blocked).toMatchObject({ status: "disabled", status_reason: "leaked" });
    expect(good(await api.post(`${path}/${id}/block`, { status_reason: "again" }))).toEqual(blocked);
    expect(good(await api.post(`${path}/${id}/unblock`)).status).toBe("active");
    expect(good(await api.patch(`${path}/${id}`, { status: "disabled", status_by: "Ada" })).status_by).toBe("Ada");
    expect(good(await api.patch(`${path}/${id}`, { status: "active" })).status).toBe("active");
  });
  const types = ["client.unblocked", "client.blocked", "client.unblocked", "client.blocked"];
  expect(events.map(({ type }) => type)).toEqual(types);
  expectRefusal(await api.patch(`${path}/${id}`, { status: "deleted" }), 400, "status");
});

test("a deleted client is 404, and listed where deleted ones are asked for", async () => {
  const { make, api, path } = await newCollection();
  const { id } = await make();
  const rest = await make();
  const last = good(await api.get(`${path}/${id}`));
  const [event] = await eventsBy(api, () => api.delete(`${path}/${id}`));
  expect(event).toMatchObject({ type: "client.deleted", data: { resource: last } });
  for (const step of ["", "/block", "/unblock", "/secret/rotate"]) {
    const answer = step ? await api.post(`${path}/${id}${step}`) : await api.get(`${path}/${id}`);
    expect(answer.status, step).toBe(404);
  }
  expect((await api.delete(`${path}/${id}`)).status).toBe(404);
  expect(await idsOf(api, path)).toEqual([rest.id]);
  const deleted = good(await api.get(`${path}?status=deleted`));
  expect(deleted).toMatchObject([{ id, status: "deleted" }]);
});

test("settings are merged, lists are replaced, and null brings back what suits the kind", async () => {
  const { make, api, path, orgId } = await newCollection();
  const given = { scopes: ["a", "b"], access_token_ttl: 600, openid: { redirect_uris: ["https://a.example/cb"] } };
  const { id, settings } = await make({ settings: given });
  const change = async (patch: object) => good(await api.patch(`${path}/${id}`, { settings: patch })).settings;
  const organizations = { mode: "allowlist", ids: [orgId] };
  expect(await change({ organizations, scopes: ["c"], openid: { require_pkce: false } })).toEqual({
    ...{ ...settings, organizations, scopes: ["c"], openid: { ...settings.openid, require_pkce: false } },
  });
  const nulls = { require_pkce: null, redirect_uris: null, grant_types: null, token_endpoint_auth_method: null };
  expect(await change({ organizations: { mode: null }, access_token_ttl: null, openid: nulls })).toEqual({
    ...{ ...settings, organizations: { mode: "all", ids: [orgId] }, scopes: ["c"], access_token_ttl: null },
    openid: { ...settings.openid, redirect_uris: [] },
  });
  expect((await change({ openid: { application_type: "m2m", grant_types: null } })).openid.grant_types).toEqual([
    "client_credentials",
  ]);
});

test("a client's scopes come of the issuer's catalogue", async () => {
  const { post, make, api, path } = await newCollection({ available_scopes: ["invoices:*"] });
  expectRefusal(await post({ settings: { scopes: ["invoices:read", "users:read"] } }), 400, "settings.scopes");
  const { id } = await make({ settings: { scopes: ["invoices:read"] } });
  expectRefusal(await api.patch(`${path}/${id}`, { settings: { scopes: ["*:**"] } }), 400, "settings.scopes");
});
