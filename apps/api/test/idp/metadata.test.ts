import { createPrivateKey } from "node:crypto";
import { createLocalJWKSet, jwtVerify, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeSigningKeys, openSigningKey, type SigningKeyRow } from "../../src/keys/signing-keys.ts";
import { type Answer, createWorld, idpUrl, type Server, serve, type World } from "./support.ts";

let world: World;
let server: Server;
let one: { id: string; keys: SigningKeyRow[] };
let other: { id: string; keys: SigningKeyRow[] };

beforeAll(async () => {
  world = await createWorld();
  server = await serve(world, await world.openIssuers());
  one = await world.issuer();
  other = await world.issuer();
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const openid = (id: string) => `/${id}/.well-known/openid-configuration`;
const oauth = (id: string) => `/.well-known/oauth-authorization-server/${id}`;
const jwks = (id: string) => `/${id}/jwks.json`;

describe("discovery", () => {
  test("names the issuer exactly, and every endpoint below it", async () => {
    for (const { id } of [one, other]) {
      const { body, status } = await server.call(openid(id));
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({
        issuer: `${idpUrl}/${id}`,
        authorization_endpoint: `${idpUrl}/${id}/authorize`,
        token_endpoint: `${idpUrl}/${id}/token`,
        userinfo_endpoint: `${idpUrl}/${id}/userinfo`,
        introspection_endpoint: `${idpUrl}/${id}/introspect`,
        revocation_endpoint: `${idpUrl}/${id}/revoke`,
        end_session_endpoint: `${idpUrl}/${id}/logout`,
        jwks_uri: `${idpUrl}/${id}/jwks.json`,
        keyinfo_endpoint: `${idpUrl}/${id}/keyinfo`,
      });
    }
  });

  test("says what the protocol's endpoints take, and nothing that they do not", async () => {
    const { body } = await server.call(openid(one.id));
    const metadata = JSON.parse(body);
    expect(metadata).toMatchObject({
      authorization_response_iss_parameter_supported: true,
      response_types_supported: ["code"],
      code_challenge_methods_supported: ["S256"],
      grant_types_supported: ["authorization_code", "refresh_token", "client_credentials"],
      token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
      id_token_signing_alg_values_supported: ["ES256", "EdDSA", "RS256"],
      scopes_supported: ["openid", "offline_access", "profile", "email", "phone", "address"],
      prompt_values_supported: ["none", "login", "consent", "select_account", "create", "select_organization"],
      backchannel_logout_supported: true,
      backchannel_logout_session_supported: true,
      response_modes_supported: ["form_post", "fragment", "query"],
      subject_types_supported: ["public"],
      claims_parameter_supported: false,
      request_uri_parameter_supported: false,
      introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post", "private_key_jwt"],
      revocation_endpoint_auth_methods_supported: [
        ...["client_secret_basic", "client_secret_post", "private_key_jwt", "none"],
      ],
      ui_locales_supported: ["en", "fr"],
      op_policy_uri: "https://example.com/privacy",
    });
    expect(metadata.token_endpoint_auth_signing_alg_values_supported).not.toContain("HS256");
    expect(metadata.claims_supported).toEqual([
      ...["sub", "auth_time", "acr", "amr", "organizations", "org_id", "name", "given_name", "family_name", "picture"],
      ...["locale", "zoneinfo", "birthdate", "updated_at", "email", "email_verified", "phone_number"],
      ...["phone_number_verified", "address", "sid", "iss"],
    ]);
    const absent = [
      ...["registration_endpoint", "check_session_iframe", "device_authorization_endpoint", "dpop_signing_alg_values"],
      ...["request_parameter_supported", "request_object_signing_alg_values_supported", "acr_values_supported"],
      ...["pushed_authorization_request_endpoint", "userinfo_signing_alg_values_supported"],
      "backchannel_authentication_endpoint",
    ];
    for (const name of absent) expect(metadata).not.toHaveProperty(name);
  });

  test("is the same on the paths of OpenID Connect and of RFC 8414", async () => {
    const answers = await Promise.all(
      [openid(one.id), oauth(one.id), `/${one.id}/.well-known/oauth-authorization-server`].map((path) =>
        server.call(path),
      ),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  test("does not believe who the caller says that it called", async () => {
    const plain = await server.call(openid(one.id));
    const lies = {
      host: "evil.test",
      "x-forwarded-host": "evil.test",
      "x-forwarded-proto": "http",
      "x-forwarded-prefix": "/evil",
      forwarded: "host=evil.test;proto=http",
    };
    const fresh = await serve(world, await world.openIssuers());
    for (const { call } of [fresh, server])
      expect((await call(openid(one.id), { headers: lies })).body).toBe(plain.body);
    await fresh.close();
  });

  test("can be kept for a day, and by any origin", async () => {
    const { headers } = await server.call(openid(one.id), { headers: { origin: "https://app.example.com" } });
    expect(headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "public, max-age=86400",
      "access-control-allow-origin": "*",
    });
  });
});

describe("the key set", () => {
  test("verifies what either of the issuer's keys has signed, and nothing of another issuer's", async () => {
    const { body } = await server.call(jwks(one.id));
    const published = createLocalJWKSet(JSON.parse(body));
    for (const key of one.keys) {
      const { payload, protectedHeader } = await jwtVerify(await sign(key), published);
      expect([payload.sub, protectedHeader.alg, protectedHeader.kid]).toEqual(["somebody", key.alg, key.kid]);
    }
    for (const key of other.keys) await expect(jwtVerify(await sign(key), published)).rejects.toThrow();
  });

  test("has public members alone, with kid, alg, use and ext", async () => {
    const { keys } = JSON.parse((await server.call(jwks(one.id))).body);
    expect(keys).toHaveLength(2);
    for (const { kid, alg, use, ext, kty, crv, x, y: _, ...others } of keys) {
      expect([kid, alg, use, ext, kty, crv, x].includes(undefined)).toBe(false);
      expect([use, ext, others]).toEqual(["sig", true, {}]);
    }
    expect(keys.map((key: { alg: string }) => key.alg).sort()).toEqual(["ES256", "EdDSA"]);
  });

  test("publishes what signs, then what will, then what did", async () => {
    const { id, keys } = await world.issuer();
    const [next, retired] = await makeSigningKeys(world.deps, id);
    if (!next || !retired) throw new Error("Two keys are made.");
    await world.addKey({ ...retired, status: "retired" });
    await world.addKey({ ...next, status: "next" });
    const published = JSON.parse((await server.call(jwks(id))).body).keys.map((key: { kid: string }) => key.kid);
    expect(published).toHaveLength(4);
    expect(new Set(published.slice(0, 2))).toEqual(new Set(keys.map(({ kid }) => kid)));
    expect(published.slice(2)).toEqual([next.kid, retired.kid]);
  });

  test("can be kept for at most 15 minutes", async () => {
    const { headers } = await server.call(jwks(one.id));
    expect(headers["cache-control"]).toBe("public, max-age=900");
  });
});

describe("both documents", () => {
  test("answer a caller that has the current bytes with 304", async () => {
    for (const path of [openid(one.id), jwks(one.id)]) {
      const { headers } = await server.call(path);
      const again = (ifNoneMatch: string) => server.call(path, { headers: { "if-none-match": ifNoneMatch } });
      for (const match of [`${headers.etag}`, `W/${headers.etag}`, `"x", ${headers.etag}`, "*"]) {
        expect(await again(match)).toMatchObject({ status: 304, body: "", headers: { etag: headers.etag } });
      }
      expect((await again('"x"')).status).toBe(200);
    }
  });

  test("answer HEAD like GET without the body, preflights with what is possible, other methods with 405", async () => {
    for (const path of [openid(one.id), oauth(one.id), jwks(one.id)]) {
      const got = await server.call(path);
      const head = await server.call(path, { method: "HEAD" });
      expect([head.status, head.body, head.headers["content-length"]]).toEqual([200, "", `${got.body.length}`]);
      const preflight = await server.call(path, { method: "OPTIONS", headers: { origin: "https://app.example.com" } });
      expect(preflight).toMatchObject({
        status: 204,
        headers: { "access-control-allow-origin": "*", "access-control-allow-methods": "GET, HEAD" },
      });
      const posted = await server.call(path, { method: "POST", body: "{" });
      expect(posted).toMatchObject({ status: 405, headers: { allow: "GET, HEAD, OPTIONS" } });
    }
  });
});

describe("what is not there", () => {
  test("an unknown, a disabled and a deleted issuer are 404 on every path, with the same bytes", async () => {
    const [disabled, deleted] = [await world.issuer(), await world.issuer()];
    await world.change(disabled.id, "status = 'disabled'");
    await world.change(deleted.id, "deleted_at = 1");
    const unknown = world.deps.ids.make("issuer");
    const answers: Answer[] = [];
    for (const id of [unknown, disabled.id, deleted.id]) {
      for (const path of [openid(id), oauth(id), jwks(id), `/${id}/token`]) answers.push(await server.call(path));
    }
    for (const path of ["/i_short/jwks.json", "/i_0/token", `/${one.id}/nothing`]) {
      answers.push(await server.call(path));
    }
    const bytes = answers.map(({ status, body }) => `${status} ${body.replace(/"req[^"]*"/, '"…"')}`);
    expect(new Set(bytes)).toEqual(new Set([bytes[0]]));
    expect(answers[0]?.status).toBe(404);
    expect(JSON.parse(answers[0]?.body ?? "")).toMatchObject({ error: "not_found", retryable: false });
    expect(new Set(answers.map(({ headers }) => headers["cache-control"]))).toEqual(new Set(["no-store"]));
  });
});

const sign = (key: SigningKeyRow): Promise<string> => {
  const jwk = openSigningKey(world.deps, key);
  return new SignJWT({ sub: "somebody" })
    .setProtectedHeader({ alg: key.alg, kid: key.kid })
    .sign(createPrivateKey({ key: jwk, format: "jwk" }));
};
