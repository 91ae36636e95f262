import type { AdapterFactory, AdapterPayload } from "oidc-provider";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, idpUrl, type Server, serve, type World } from "./support.ts";

const secret = "a-secret-of-the-client";
const client = {
  client_id: "c_one",
  client_secret: secret,
  redirect_uris: [],
  response_types: [],
  grant_types: ["client_credentials"],
};

let world: World;
let server: Server;
let withClient: string;
let without: string;

beforeAll(async () => {
  world = await createWorld();
  withClient = (await world.issuer()).id;
  without = (await world.issuer()).id;
  const issuers = await world.openIssuers({ adapterOf: ({ id }) => memory(id === withClient ? client : undefined) });
  server = await serve({ issuers, protocolPaths: new Set(["/token", "/logout"]) });
});
afterAll(async () => {
  await server.close();
  await world.close();
});

const token = (issuerId: string, contentType = "application/x-www-form-urlencoded", path = "token") =>
  server.call(`/${issuerId}/${path}`, {
    method: "POST",
    headers: {
      "content-type": contentType,
      authorization: `Basic ${Buffer.from(`c_one:${secret}`).toString("base64")}`,
    },
    body: "grant_type=client_credentials",
  });

test("the provider reads the form, and knows its own issuer's clients alone", async () => {
  expect(await token(withClient)).toMatchObject({ status: 200, headers: { "cache-control": "no-store" } });
  expect(JSON.parse((await token(without)).body)).toMatchObject({ error: "invalid_client" });
  expect((await token(withClient, "application/json")).status).toBe(400);
  expect((await token(withClient, undefined, "%74oken?x=1")).status).toBe(200);
});

test("the provider's URLs and cookies are the issuer's, whatever the caller says", async () => {
  const lies = { host: "evil.test", "x-forwarded-host": "evil.test", "x-forwarded-proto": "http" };
  const spellings = [
    `/${withClient}/logout`,
    `http://evil.test/${withClient}/logout`,
    `/%69${withClient.slice(1)}/logout`,
  ];
  for (const path of spellings) {
    const { status, headers, body } = await server.call(path, { headers: lies });
    expect(status).toBe(200);
    expect(body).toContain(`action="${idpUrl}/${withClient}/logout/confirm"`);
    expect(body).not.toContain("evil.test");
    const cookies = headers["set-cookie"] ?? [];
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(
        new RegExp(`^authpi_session.*; path=/${withClient};.*samesite=lax; secure; httponly`, "i"),
      );
    }
  }
});

test("what is not among the protocol's paths does not reach the provider", async () => {
  for (const path of ["jwks", "authorize", "token/", "token/introspection", "ui/x", "%74oken%00"]) {
    const { status, body } = await server.call(`/${withClient}/${path}`, { method: "POST" });
    expect([path, status]).toEqual([path, 404]);
    expect(JSON.parse(body).error).toBe("not_found");
  }
});

const memory = (known: AdapterPayload | undefined): AdapterFactory => {
  const stored = new Map<string, AdapterPayload>();
  return (model) => ({
    find: async (id) => (model === "Client" ? known : stored.get(id)),
    findByUid: async (uid) => [...stored.values()].find((payload) => payload.uid === uid),
    findByUserCode: async () => undefined,
    upsert: async (id, payload) => {
      stored.set(id, payload);
    },
    consume: async () => undefined,
    destroy: async (id) => {
      stored.delete(id);
    },
    revokeByGrantId: async () => undefined,
  });
};
