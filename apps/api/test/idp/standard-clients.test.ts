import * as oauth from "oauth4webapi";
import * as openid from "openid-client";
import { expect, test } from "vitest";
import { meWith } from "../harness/tokens.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication } from "./application.ts";
import { newBrowser } from "./browser.ts";

const world = await createWorld();

const afterwards = "https://app.example.com/bye";
const settings = { openid: { post_logout_redirect_uris: [afterwards] } };
const scope = "openid email profile offline_access";

/** Two issuers in one process. */
const apps = await Promise.all([newApplication(world, settings), newApplication(world, settings)]);
const [first, second] = apps as [Application, Application];

test.each([
  ["client_secret_basic", first],
  ["client_secret_basic", second],
])("openid-client goes the whole way by %s", async (_, app) => {
  const config = await openid.discovery(
    new URL(app.url),
    app.client.id,
    app.client.secret,
    openid.ClientSecretBasic(app.client.secret),
    { execute: [openid.allowInsecureRequests] },
  );
  expect(config.serverMetadata().supportsPKCE()).toBe(true);
  const checks = {
    pkceCodeVerifier: openid.randomPKCECodeVerifier(),
    expectedState: openid.randomState(),
    expectedNonce: openid.randomNonce(),
    maxAge: 3600,
  };
  const url = openid.buildAuthorizationUrl(config, {
    ...{ redirect_uri: app.redirectUri, scope, max_age: "3600" },
    code_challenge: await openid.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    ...{ code_challenge_method: "S256", state: checks.expectedState, nonce: checks.expectedNonce },
  });
  const browser = newBrowser();
  const back = new URL(await app.visit(url.href, browser));
  const tokens = await openid.authorizationCodeGrant(config, back, checks);
  expect(tokens.claims()).toMatchObject({ iss: app.url, sub: app.user.id, nonce: checks.expectedNonce });
  expect(tokens.expiresIn()).toBeGreaterThan(1700);
  const user = await openid.fetchUserInfo(config, tokens.access_token, app.user.id);
  expect(user).toMatchObject({ sub: app.user.id, email: "ada@example.com", given_name: "Ada" });

  const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
  expect(fresh.claims()?.sub).toBe(app.user.id);
  expect(fresh.refresh_token).not.toBe(tokens.refresh_token);
  const seen = await openid.tokenIntrospection(config, fresh.access_token);
  expect(seen).toMatchObject({ active: true, iss: app.url, client_id: app.client.id });
  expect(await openid.tokenIntrospection(config, fresh.refresh_token ?? "")).toMatchObject({ active: true });
  await openid.tokenRevocation(config, fresh.access_token);
  expect(await openid.tokenIntrospection(config, fresh.access_token)).toEqual({ active: false });
  await expect(openid.fetchUserInfo(config, fresh.access_token, app.user.id)).rejects.toThrow();
  await openid.tokenRevocation(config, fresh.refresh_token ?? "");
  await expect(openid.refreshTokenGrant(config, fresh.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
  const end = openid.buildEndSessionUrl(config, {
    ...{ id_token_hint: tokens.id_token ?? "", post_logout_redirect_uri: afterwards, state: "s" },
  });
  const out = await browser.send(end.href);
  expect([out.status, out.headers.get("location")]).toEqual([303, `${afterwards}?state=s`]);
});

test("openid-client holds an answer to its issuer (RFC 9207)", async () => {
  const config = await openid.discovery(new URL(first.url), first.client.id, first.client.secret, undefined, {
    execute: [openid.allowInsecureRequests],
  });
  const mixed = new URL((await second.authorize()).url);
  await expect(
    openid.authorizationCodeGrant(config, mixed, { expectedState: "a-state", pkceCodeVerifier: "x".repeat(43) }),
  ).rejects.toMatchObject({ cause: { message: expect.stringContaining('"iss"') } });
});

test("oauth4webapi goes the whole way as a public client, by the metadata of RFC 8414", async () => {
  const app = await newApplication(world, {}, { confidential: false });
  const insecure = { [oauth.allowInsecureRequests]: true };
  const issuer = new URL(app.url);
  const answer = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oauth2" });
  const as = await oauth.processDiscoveryResponse(issuer, answer);
  const client = { client_id: app.client.id };
  const verifier = oauth.generateRandomCodeVerifier();
  const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
  const url = new URL(as.authorization_endpoint ?? "");
  const asked = {
    ...{ response_type: "code", client_id: app.client.id, redirect_uri: app.redirectUri, scope, state, nonce },
    ...{ code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: "S256" },
  };
  url.search = new URLSearchParams(asked).toString();
  const back = new URL(await app.visit(url.href));
  const params = oauth.validateAuthResponse(as, client, back, state);
  const none = oauth.None();
  const exchanged = await oauth.authorizationCodeGrantRequest(
    ...([as, client, none, params, app.redirectUri, verifier, insecure] as const),
  );
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, exchanged, {
    ...{ expectedNonce: nonce, requireIdToken: true },
  });
  await oauth.validateApplicationLevelSignature(as, exchanged, insecure);
  const told = await oauth.userInfoRequest(as, client, tokens.access_token, insecure);
  const user = await oauth.processUserInfoResponse(as, client, app.user.id, told);
  expect(user.email).toBe("ada@example.com");
  const refreshed = await oauth.refreshTokenGrantRequest(as, client, none, tokens.refresh_token ?? "", insecure);
  const fresh = await oauth.processRefreshTokenResponse(as, client, refreshed);
  expect((await meWith(world, fresh.access_token)).status).toBe(200);
  // As a resource server of its own would (RFC 9068).
  const request = new Request("https://api.example.com/", {
    headers: { authorization: `Bearer ${fresh.access_token}` },
  });
  const claims = await oauth.validateJwtAccessToken(as, request, app.client.id, insecure);
  expect(claims).toMatchObject({ sub: app.user.id, client_id: app.client.id });
  const revoked = await oauth.revocationRequest(as, client, none, fresh.refresh_token ?? "", insecure);
  expect(await oauth.processRevocationResponse(revoked)).toBeUndefined();
  expect((await meWith(world, fresh.access_token)).status).toBe(401);
});
