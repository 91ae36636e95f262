import { afterAll, beforeAll, expect, test } from "vitest";
import { createWorld, type Server, serve, type World } from "./support.ts";

let world: World;
let server: Server;
let withClient: string;
let without: string;
let clientId: string;
let secret: string;

beforeAll(async () => {
  world = await createWorld();
  withClient = (await world.issuer()).id;
  without = (await world.issuer()).id;
  ({ id: clientId, secret } = await world.client(withClient));
  server = await serve(world, await world.openIssuers());
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
      authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString("base64")}`,
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
  const challenge = `code_challenge=${"a".repeat(43)}&code_challenge_method=S256`;
  const query = `response_type=code&client_id=${clientId}&redirect_uri=https%3A%2F%2Fapp.test%2Fcb&scope=openid&${challenge}`;
  const spellings = [
    `/${withClient}/authorize?${query}`,
    `http://evil.test/${withClient}/authorize?${query}`,
    `/%69${withClient.slice(1)}/authorize?${query}`,
  ];
  for (const path of spellings) {
    const { status, headers } = await server.call(path, { headers: lies });
    expect([status, JSON.stringify(headers)]).toEqual([303, expect.not.stringContaining("evil.test")]);
    expect(headers.location).toMatch(new RegExp(`^/${withClient}/ui/interaction/`));
    const cookies = headers["set-cookie"] ?? [];
    expect(cookies.length).toBeGreaterThan(0);
    for (const cookie of cookies) {
      expect(cookie).toMatch(new RegExp(`^authpi_.*; path=/${withClient}/.*samesite=lax; secure; httponly`, "i"));
    }
  }
});

test("what is not among the protocol's paths does not reach the provider", async () => {
  for (const path of ["jwks", "authorize/a/b", "token/", "token/introspection", "ui/x", "userinfo/", "%74oken%00"]) {
    const { status, body } = await server.call(`/${withClient}/${path}`, { method: "POST" });
    expect([path, status]).toEqual([path, 404]);
    expect(JSON.parse(body).error).toBe("not_found");
  }
});
