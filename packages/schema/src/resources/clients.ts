import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";

const applicationTypes = ["web", "spa", "native", "m2m"] as const;
const types = ["external", "internal"] as const;
const uri = Type.String({ minLength: 1, maxLength: 2000, pattern: "^[\\x21-\\x7e]+$" });
const uris = (about: string) => Type.Array(uri, { maxItems: 100, uniqueItems: true, description: about });

export const ClientOpenidSettings = Type.Object(
  {
    application_type: f.oneOf(applicationTypes),
    grant_types: Type.Array(f.oneOf(["authorization_code", "refresh_token", "client_credentials"]), {
      maxItems: 3,
      uniqueItems: true,
    }),
    redirect_uris: uris(
      "Matched exactly (RFC 9700, 2.1); loopback ones of native clients on any port (RFC 8252, 7.3).",
    ),
    post_logout_redirect_uris: uris("Where to go after a logout."),
    resources: uris("The resources (RFC 8707) that tokens of this client may be for."),
    require_pkce: Type.Boolean({ description: "False for confidential clients only." }),
    backchannel_logout_uri: f.nullable(f.url("Where logout tokens are sent (OpenID Connect Back-Channel Logout 1.0).")),
    token_endpoint_auth_method: f.oneOf(["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]),
    jwks_uri: f.nullable(f.url("Where the client's public keys are, for `private_key_jwt`.")),
    jwks: f.nullable(
      Type.Object(
        {
          keys: Type.Array(Type.Unsafe<Record<string, unknown>>({ type: "object", additionalProperties: true }), {
            maxItems: 20,
          }),
        },
        { description: "The client's public keys (RFC 7517), for `private_key_jwt`.", ...f.closed },
      ),
    ),
  },
  { title: "ClientOpenidSettings", ...f.merged },
);
export const ClientSettings = Type.Object(
  {
    protocol: f.oneOf(["oidc"]),
    scopes: f.scopes("The scopes that the client may ask for; of the issuer's catalogue, where that is not empty."),
    organizations: Type.Object(
      {
        mode: f.oneOf(["all", "none", "allowlist"]),
        ids: Type.Array(f.idInput("organization"), { maxItems: 1000, uniqueItems: true }),
      },
      {
        title: "ClientOrganizations",
        description: "Which organizations' claims this client's tokens carry.",
        ...f.merged,
      },
    ),
    access_token_ttl: f.nullable(f.seconds("How long an access token lasts; null: as the issuer says.", 1_814_400, 60)),
    response_signature_alg: f.oneOf(["ES256", "EdDSA", "RS256"]),
    openid: ClientOpenidSettings,
  },
  { title: "ClientSettings", ...f.merged },
);
export type ClientSettings = Static<typeof ClientSettings>;
const ClientSettingsInput = f.partialDeep(ClientSettings);

const core = {
  id: f.id("client"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  name: f.name,
  description: f.description,
  logo_url: f.nullable(f.url("The logo's address.")),
  type: f.oneOf(types, { description: "`internal`: your own application, without a consent page." }),
  confidential: Type.Boolean({ description: "Whether the client can keep a secret." }),
  secret_rotated_at: f.nullable(f.millis("When the secret was last made.")),
  ...f.statusFields(["active", "disabled", "deleted"]),
  ...f.timestamps,
};
export const Client = Type.Object({ ...core, settings: ClientSettings, metadata: f.metadata }, { title: "Client" });
export type Client = Static<typeof Client>;
const secret = Type.String({
  description: "The client's secret: in this answer only, and for confidential clients only.",
});
const status = f.statusInput(["active", "disabled"]);
export const ClientCreated = Type.Object(
  { ...Client.properties, secret: Type.Optional(secret) },
  { title: "ClientCreated" },
);
export const ClientSecret = Type.Object({ secret }, { title: "ClientSecret" });
export const ClientListItem = Type.Object(
  {
    ...core,
    scopes: ClientSettings.properties.scopes,
    protocol: ClientSettings.properties.protocol,
    application_type: ClientOpenidSettings.properties.application_type,
    grant_types: ClientOpenidSettings.properties.grant_types,
    redirect_uri_count: Type.Integer({ minimum: 0 }),
    configuration_indexed: Type.Unsafe<true>({ type: "boolean", enum: [true] }),
  },
  { title: "ClientListItem" },
);
export type ClientListItem = Static<typeof ClientListItem>;

const input = {
  description: f.description,
  logo_url: core.logo_url,
  metadata: f.nullable(f.metadata),
};
export const ClientCreate = f.createBody(
  "ClientCreate",
  { name: f.name, type: core.type, confidential: core.confidential, settings: ClientSettingsInput },
  { ...input, ...status },
);
export const ClientUpdate = f.updateBody("ClientUpdate", {
  name: f.name,
  type: core.type,
  confidential: Type.Boolean({ description: "A client that becomes confidential gets its secret by `secret/rotate`." }),
  settings: f.nullable(ClientSettingsInput),
  ...input,
  ...status,
});

export const clients = defineResource({
  name: "clients",
  one: "client",
  segment: "clients",
  param: "client_id",
  parent: issuers,
  description: "A client is an application that signs users in, or a machine that asks for tokens of its own.",
  operations: {
    list: op.list({
      summary: "List clients",
      item: ClientListItem,
      filters: {
        q: f.optional(f.q("the name or the description")),
        name: f.optional(f.q("the name")),
        status: f.optional(
          f.oneOf(["active", "disabled", "deleted"], { description: "Deleted ones are listed only when asked for." }),
        ),
        application_type: f.optional(f.oneOf(applicationTypes)),
        readiness: f.optional(f.oneOf(["ready", "needs_redirect_uri"])),
      },
    }),
    create: op.create({
      summary: "Create a client",
      body: ClientCreate,
      returns: ClientCreated,
      emits: ["client.created"],
    }),
    get: op.get({ summary: "Get a client", returns: Client }),
    update: op.update({
      summary: "Update a client",
      body: ClientUpdate,
      returns: Client,
      emits: ["client.updated", "client.blocked", "client.unblocked"],
    }),
    delete: op.delete({ summary: "Delete a client", emits: ["client.deleted"] }),
    block: op.action({
      suffix: "block",
      summary: "Disable a client",
      body: f.StatusBody,
      returns: Client,
      emits: ["client.blocked"],
    }),
    unblock: op.action({
      suffix: "unblock",
      summary: "Enable a client",
      body: f.StatusBody,
      returns: Client,
      emits: ["client.unblocked"],
    }),
    rotateSecret: op.action({
      suffix: "secret/rotate",
      summary: "Replace the client's secret",
      description: "The old secret stays valid for 15 minutes.",
      returns: ClientSecret,
      emits: ["client.secret.rotated"],
    }),
  },
});
