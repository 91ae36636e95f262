import { hkdfSync, type KeyObject } from "node:crypto";
import type { IssuerLinks, IssuerSettings } from "@authpi/schema";
import type { Client, Configuration, KoaContextWithOIDC } from "oidc-provider";
import type { PrivateJwk } from "../keys/signing-keys.ts";
import { claimsByScope, scopes } from "./claims.ts";
import { guardedFetch } from "./fetch.ts";
import { loadGrant } from "./grants.ts";
import { mayIntrospect, mayRevoke } from "./opaque-tokens.ts";
import { interactionPrompts, promptValues } from "./prompts.ts";
import { renderError } from "./render-error.ts";
import { defaultResource, resourceServerInfo } from "./resources.ts";
import type { Runtime } from "./runtime.ts";
import { adapterFor } from "./storage/adapter.ts";
import { ownMetadata, ownOf } from "./storage/clients.ts";
import { createSubjects } from "./subject.ts";
import { customizeJwt, extraTokenClaims } from "./tokens.ts";

export interface IssuerFacts {
  id: string;
  accountId: string;
  /** The issuer identifier: `iss` is exactly it. */
  url: string;
  name: string;
  links: IssuerLinks;
  settings: IssuerSettings;
  /** The first of an algorithm signs; those behind it stay, for the tokens that they signed. */
  privateKeys: PrivateJwk[];
}

/** The algorithms that a client can choose; an RS256 key is made when the first one does. */
export const signingAlgorithms = ["ES256", "EdDSA", "RS256"] as const;

const clientAuthMethods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] as const;
export const clientAuthAlgorithms = ["ES256", "EdDSA", "Ed25519", "RS256", "PS256"] as const;

/** How oidc-provider runs an issuer. It ignores options that it does not know: the type of the answer holds the names. */
export const configurationOf = (runtime: Runtime, issuer: IssuerFacts): Configuration => {
  const { deps } = runtime;
  const subjects = createSubjects(runtime, issuer);
  return {
    adapter: adapterFor(runtime, issuer),
    jwks: { keys: issuer.privateKeys },
    routes: {
      authorization: "/authorize",
      token: "/token",
      userinfo: "/userinfo",
      introspection: "/introspect",
      revocation: "/revoke",
      end_session: "/logout",
      jwks: "/jwks.json",
    },
    scopes: [...scopes],
    claims: claimsByScope,
    responseTypes: ["code"],
    clientAuthMethods: [...clientAuthMethods],
    enabledJWA: {
      clientAuthSigningAlgValues: [...clientAuthAlgorithms],
      idTokenSigningAlgValues: [...signingAlgorithms],
    },
    clientDefaults: {
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_basic",
      id_token_signed_response_alg: "ES256",
    },
    extraClientMetadata: { properties: ["require_pkce", ownMetadata] },
    // `authpi_offline` is the hand-over's: the library takes `offline_access` out of the scope where nobody is asked for consent.
    extraParams: ["org", "authpi_offline"],
    allowOmittingSingleRegisteredRedirectUri: false,
    clockTolerance: 5,
    // S256 is the only method that the library knows.
    pkce: { required: (_, client) => client.clientAuthMethod === "none" || client.require_pkce !== false },
    // Browsers may ask for the tokens of public clients, from where these are redirected to.
    clientBasedCORS: (_, origin, client) =>
      client.clientAuthMethod === "none" &&
      (client.redirectUris ?? []).some((uri) => origin !== "null" && URL.parse(uri)?.origin === origin),
    rotateRefreshToken: true,
    issueRefreshToken: (_, client) => client.grantTypeAllowed("refresh_token"),
    // A second authorization must not end the refresh tokens of an earlier one.
    expiresWithSession: () => false,
    findAccount: subjects.findAccount,
    loadExistingGrant: loadGrant(runtime, issuer, subjects),
    extraTokenClaims: extraTokenClaims(subjects),
    formats: { customizers: { jwt: customizeJwt(deps) } },
    // What the scopes ask for is in the ID token too: applications need no second request for a name.
    conformIdTokenClaims: false,
    features: {
      devInteractions: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource,
        getResourceServerInfo: (_, resource, client) => resourceServerInfo(client, resource),
        useGrantedResource: () => true,
      },
      introspection: { enabled: true, allowedPolicy: mayIntrospect(subjects) },
      revocation: { enabled: true, allowedPolicy: mayRevoke(runtime, issuer) },
      rpInitiatedLogout: { enabled: true },
      backchannelLogout: { enabled: true },
      // Tokens are Bearer tokens: what discovery names has to be true at userinfo and at /v1/me too.
      dPoP: { enabled: false },
    },
    ttl: lifetimes(issuer.settings),
    enableHttpPostMethods: false,
    cookies: {
      keys: [derive(deps.keys.cookies, `cookies ${issuer.id}`)],
      names: { session: "authpi_session", interaction: "authpi_interaction", resume: "authpi_resume" },
      // The path keeps the sessions of two issuers on one host apart.
      long: { signed: true, httpOnly: true, sameSite: "lax", path: `/${issuer.id}` },
      short: { signed: true, httpOnly: true, sameSite: "lax" },
    },
    interactions: {
      policy: interactionPrompts(runtime, issuer),
      url: (_, { uid }) => `/${issuer.id}/ui/interaction/${uid}`,
    },
    renderError: renderError(issuer),
    fetch: guardedFetch(runtime.outgoing),
    discovery: advertised(issuer),
  };
};

const lifetimes = ({ access: { tokens, sessions } }: IssuerSettings): Configuration["ttl"] => ({
  AuthorizationCode: 60,
  AccessToken: accessTokenTtl(tokens.access_token_ttl),
  ClientCredentials: accessTokenTtl(tokens.access_token_ttl),
  RefreshToken: tokens.refresh_token_ttl,
  IdToken: 3600,
  Interaction: 3600,
  Session: sessions.max_age,
  // As long as whatever rests on it.
  Grant: Math.max(tokens.refresh_token_ttl, sessions.max_age),
});

const accessTokenTtl = (ofIssuer: number) => (_: KoaContextWithOIDC, __: unknown, client: Client) =>
  ownOf(client).access_token_ttl ?? ofIssuer;

/** What the library does not say by itself (RFC 8414, 2; OpenID Connect Discovery, 3). */
const advertised = ({ url, links }: IssuerFacts): Configuration["discovery"] => {
  const confidential = clientAuthMethods.filter((method) => method !== "none");
  return {
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: clientAuthAlgorithms,
    revocation_endpoint_auth_methods_supported: clientAuthMethods,
    revocation_endpoint_auth_signing_alg_values_supported: clientAuthAlgorithms,
    keyinfo_endpoint: `${url}/keyinfo`,
    prompt_values_supported: promptValues,
    ui_locales_supported: ["en", "fr"],
    op_policy_uri: links.privacy_policy ?? undefined,
    op_tos_uri: links.terms_of_service ?? undefined,
    service_documentation: links.documentation ?? undefined,
  };
};

const derive = (key: KeyObject, purpose: string): Buffer => Buffer.from(hkdfSync("sha256", key, "", purpose, 32));
