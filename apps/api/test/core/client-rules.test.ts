import { beforeAll, expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { expectRefusal, good, newPlace, type Place } from "./support.ts";

const world = await createWorld();
let place: Place;
beforeAll(async () => {
  place = await newPlace(world);
});

const at = (id = "") => `${place.issuer}/clients${id && `/${id}`}`;
const post = (openid: object, confidential = true, more: object = {}) =>
  place.api.post(at(), { name: "web", type: "external", confidential, settings: { openid }, ...more });
const field = (name: string) => `settings.openid.${name}`;
const key = { kty: "EC", crv: "P-256", x: "x", y: "y" };

const wrong: [rule: string, confidential: boolean, openid: object, fields: string[]][] = [
  ["client_credentials for a public client", false, { grant_types: ["client_credentials"] }, ["grant_types"]],
  ["a public machine", false, { application_type: "m2m" }, ["grant_types"]],
  ["a public client without PKCE", false, { require_pkce: false }, ["require_pkce"]],
  [
    "a secret of a public client",
    false,
    { token_endpoint_auth_method: "client_secret_post" },
    ["token_endpoint_auth_method"],
  ],
  [
    "a confidential client that does not authenticate",
    true,
    { token_endpoint_auth_method: "none" },
    ["token_endpoint_auth_method"],
  ],
  ["private_key_jwt without keys", true, { token_endpoint_auth_method: "private_key_jwt" }, ["jwks"]],
  ["both kinds of keys", true, { jwks: { keys: [key] }, jwks_uri: "https://a.example/jwks" }, ["jwks_uri"]],
  ["a private key", true, { jwks: { keys: [{ ...key, d: "d" }] } }, ["jwks"]],
  ["a resource with a fragment", true, { resources: ["https://api.example/#a"] }, ["resources.0"]],
  ["a resource that is relative", true, { resources: ["https://api.example", "/api"] }, ["resources.1"]],
  ["a grant that is none", true, { grant_types: ["password"] }, ["grant_types.0"]],
  [
    "three faults at once",
    false,
    { require_pkce: false, grant_types: ["client_credentials"], redirect_uris: ["http://a.example"] },
    ["redirect_uris.0", "grant_types", "require_pkce"],
  ],
];

test.each(wrong)("%s is refused, at a create and at a PATCH", async (_, confidential, openid, fields) => {
  expectRefusal(await post(openid, confidential), 400, ...fields.map(field));
  const { id } = good(await post({}, confidential));
  const { application_type, ...patch } = openid as { application_type?: string };
  const patched = application_type ? { ...patch, application_type, grant_types: ["client_credentials"] } : patch;
  const before = good(await place.api.get(at(id)));
  expectRefusal(await place.api.patch(at(id), { settings: { openid: patched } }), 400, ...fields.map(field));
  expect(good(await place.api.get(at(id)))).toEqual(before);
});

test("private_key_jwt is good with keys, or with where they are", async () => {
  const token_endpoint_auth_method = "private_key_jwt";
  good(await post({ token_endpoint_auth_method, jwks: { keys: [key] } }));
  good(await post({ token_endpoint_auth_method, jwks_uri: "https://a.example/jwks" }));
});

const redirects: [uri: string, web: boolean, native: boolean][] = [
  ["https://app.example.com/callback?a=b", true, true],
  ["http://localhost:3000/callback", true, true],
  ["http://127.0.0.1/callback", true, true],
  ["http://[::1]:8080/callback", true, true],
  ["com.example.app:/callback", false, true],
  ["com.example.app://callback", false, true],
  ["https://app.example.com/callback#fragment", false, false],
  ["https://app.example.com/callback#", false, false],
  ["https://*.example.com/callback", false, false],
  ["https://app.example.com/*", false, false],
  ["https://ada:secret@app.example.com/", false, false],
  ["http://app.example.com/callback", false, false],
  ["http://localhost.example.com/callback", false, false],
  ["http://127.0.0.1.example.com/callback", false, false],
  ["http://128.0.0.1/callback", false, false],
  ["http://0.0.0.0/callback", false, false],
  ["//app.example.com/callback", false, false],
  ["/callback", false, false],
  ["app.example.com", false, false],
  ["https:app.example.com/callback", false, false],
  ["https:\\\\app.example.com\\callback", false, false],
  ["https:///callback", false, false],
  ["myapp:/callback", false, false],
  ["javascript:alert(1)", false, false],
  ["data:text/html,x", false, false],
  ["urn:ietf:wg:oauth:2.0:oob", false, false],
];

test.each(redirects)("%s as a redirect URI: web %s, native %s", async (uri, web, native) => {
  const statusOf = async (application_type: string, list: string) =>
    (await post({ application_type, [list]: [uri] })).status;
  for (const list of ["redirect_uris", "post_logout_redirect_uris"]) {
    for (const kind of ["web", "spa"]) expect(await statusOf(kind, list), `${kind} ${list}`).toBe(web ? 201 : 400);
    expect(await statusOf("native", list), `native ${list}`).toBe(native ? 201 : 400);
  }
});

test("every wrong redirect URI is named by its place", async () => {
  const redirect_uris = ["https://a.example/", "https://b.example/#", "https://c.example/", "http://d.example/"];
  expectRefusal(await post({ redirect_uris }), 400, field("redirect_uris.1"), field("redirect_uris.3"));
  expectRefusal(
    await post({ redirect_uris: ["https://a.example/ b", ""] }),
    400,
    field("redirect_uris.0"),
    field("redirect_uris.1"),
  );
  expectRefusal(
    await post({ redirect_uris: ["https://a.example/", "https://a.example/"] }),
    400,
    field("redirect_uris"),
  );
});

test("a client that stops to be native loses no redirect URI without a word", async () => {
  const { id } = good(await post({ application_type: "native", redirect_uris: ["com.example.app:/cb"] }, false));
  const web = await place.api.patch(at(id), { settings: { openid: { application_type: "web" } } });
  expectRefusal(web, 400, field("redirect_uris.0"));
});

test("a confidential client becomes public and back, and how it authenticates goes along", async () => {
  const made = good(await post({}));
  const change = (body: object) => place.api.patch(at(made.id), body);
  const open = good(await change({ confidential: false }));
  expect(open).toMatchObject({ confidential: false, secret_rotated_at: null });
  expect(open.settings.openid.token_endpoint_auth_method).toBe("none");
  expect((await place.api.post(at(`${made.id}/secret/rotate`))).status).toBe(409);

  const closed = good(await change({ confidential: true }));
  expect(closed).toMatchObject({ confidential: true, secret_rotated_at: null });
  expect(closed.settings).toEqual(made.settings);
  expect(good(await place.api.post(at(`${made.id}/secret/rotate`))).secret).toMatch(/^acs_/);

  good(await change({ settings: { openid: { require_pkce: false, grant_types: ["client_credentials"] } } }));
  expectRefusal(await change({ confidential: false }), 400, field("grant_types"), field("require_pkce"));
  const suited = { require_pkce: null, grant_types: null };
  good(await change({ confidential: false, settings: { openid: suited } }));
});

test("clients are filtered, and their list items are flat", async () => {
  const { api, issuer } = await newPlace(world);
  const make = async (name: string, openid: object, more: object = {}) =>
    good(
      await api.post(`${issuer}/clients`, {
        name,
        type: "external",
        confidential: true,
        settings: { openid },
        ...more,
      }),
    );
  const { secret: _, settings, metadata: __, ...flat } = await make("Shop", { redirect_uris: ["https://a.example/"] });
  await make("Bare shop", { application_type: "spa" }, { confidential: false, description: "for the street" });
  await make("Worker", { application_type: "m2m" }, { type: "internal" });
  const blocked = await make("Blocked", { redirect_uris: ["https://a.example/"] });
  good(await api.post(`${issuer}/clients/${blocked.id}/block`));
  const list = async (query: string) => good(await api.get(`${issuer}/clients?${query}`));
  const named = async (query: string) => (await list(query)).map(({ name }: { name: string }) => name);
  expect(await named("")).toEqual(["Blocked", "Worker", "Bare shop", "Shop"]);
  expect(await named("q=SHOP")).toEqual(["Bare shop", "Shop"]);
  expect(await named("q=street")).toEqual(["Bare shop"]);
  expect(await named("name=shop")).toEqual(["Bare shop", "Shop"]);
  expect(await named("name=street")).toEqual([]);
  expect(await named("status=disabled")).toEqual(["Blocked"]);
  expect(await named("status=active&application_type=web")).toEqual(["Shop"]);
  expect(await named("application_type=m2m")).toEqual(["Worker"]);
  expect(await named("readiness=needs_redirect_uri")).toEqual(["Bare shop"]);
  expect(await named("readiness=ready")).toEqual(["Blocked", "Worker", "Shop"]);
  const { scopes, protocol, openid } = settings;
  expect(await list("q=shop&application_type=web")).toEqual([
    {
      ...{ ...flat, scopes, protocol, application_type: "web", grant_types: openid.grant_types },
      ...{ redirect_uri_count: 1, configuration_indexed: true },
    },
  ]);
});
