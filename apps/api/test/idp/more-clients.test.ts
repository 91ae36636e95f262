import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { CodeChallengeMethod, generateCodeVerifier, generateState, OAuth2Client } from "arctic";
import { expect, test } from "vitest";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { newApplication } from "./application.ts";

const world = await createWorld();

test("arctic: code, refresh, revocation", async () => {
  const app = await newApplication(world);
  const { id, secret } = app.client;
  const client = new OAuth2Client(id, secret, app.redirectUri);
  const [state, verifier] = [generateState(), generateCodeVerifier()];
  const scopes = ["openid", "email", "offline_access"];
  const url = client.createAuthorizationURLWithPKCE(
    `${app.url}/authorize`,
    state,
    CodeChallengeMethod.S256,
    verifier,
    scopes,
  );
  const back = new URL(await app.visit(url.href)).searchParams;
  expect(back.get("state")).toBe(state);
  const tokens = await client.validateAuthorizationCode(`${app.url}/token`, back.get("code") ?? "", verifier);
  expect((await meWith(world, tokens.accessToken())).status).toBe(200);
  expect(tokens.idToken().split(".")).toHaveLength(3);
  const fresh = await client.refreshAccessToken(`${app.url}/token`, tokens.refreshToken(), []);
  expect((await meWith(world, fresh.accessToken())).status).toBe(200);
  await client.revokeToken(`${app.url}/revoke`, fresh.refreshToken());
  expect((await meWith(world, fresh.accessToken())).status).toBe(401);
});

const authlib = spawnSync("python3", ["-c", "import authlib, requests"]).status === 0;
if (!authlib) console.warn("Skipped for the lack of Python's authlib. Install it: pip install authlib requests");

/** The program waits for the address that the browser was sent to, and prints what it was told. */
const program = `
import json, sys
from authlib.integrations.requests_client import OAuth2Session
issuer, client_id, secret, redirect_uri = sys.argv[1:5]
client = OAuth2Session(client_id, secret, redirect_uri=redirect_uri, scope="openid email offline_access",
    code_challenge_method="S256", token_endpoint=issuer + "/token")
verifier = "v" * 64
url, state = client.create_authorization_url(issuer + "/authorize", code_verifier=verifier)
print(url, flush=True)
tokens = client.fetch_token(issuer + "/token", authorization_response=sys.stdin.readline().strip(), code_verifier=verifier)
user = client.get(issuer + "/userinfo").json()
fresh = client.refresh_token(issuer + "/token", refresh_token=tokens["refresh_token"])
revoked = client.revoke_token(issuer + "/revoke", token=fresh["refresh_token"], token_type_hint="refresh_token")
after = client.get(issuer + "/userinfo").status_code
print(json.dumps({"user": user, "fresh": fresh["access_token"] != tokens["access_token"], "revoked": revoked.status_code, "after": after}))
`;

test.skipIf(!authlib)("authlib: code, refresh, userinfo, revocation", async () => {
  const app = await newApplication(world);
  const args = ["-c", program, app.url, app.client.id, app.client.secret, app.redirectUri];
  const python = spawn("python3", args, { env: { ...process.env, AUTHLIB_INSECURE_TRANSPORT: "1" } });
  const complaints = text(python.stderr);
  const [first] = await Promise.race([once(python.stdout, "data"), once(python, "exit").then(() => [""])]);
  const back = await app.visit(String(first).trim());
  const rest = text(python.stdout);
  python.stdin.end(`${back}\n`);
  const answer = await rest;
  expect(answer, await complaints).not.toBe("");
  expect(JSON.parse(answer)).toMatchObject({
    user: { sub: app.user.id, email: "ada@example.com" },
    ...{ fresh: true, revoked: 200, after: 401 },
  });
});

test("curl: client credentials", async () => {
  const openid = { grant_types: ["client_credentials"], application_type: "m2m" };
  const app = await newApplication(world, { openid });
  const { id, secret } = app.client;
  // Not waited for in place: the server is in this process.
  const curl = spawn("curl", [
    "-sS",
    "-u",
    `${id}:${secret}`,
    "-d",
    "grant_type=client_credentials",
    `${app.url}/token`,
  ]);
  const { access_token, ...rest } = JSON.parse(await text(curl.stdout));
  expect(rest).toEqual({ expires_in: 1800, token_type: "Bearer" });
  const me = await meWith(world, access_token);
  expect(me.body.data).toMatchObject({ type: "client", client_id: id });
});
