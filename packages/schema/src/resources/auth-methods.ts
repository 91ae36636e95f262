import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";
import { clientSecretInput, upstream } from "./upstream.ts";

const methods = [
  "password",
  "email-code",
  "email-link",
  "webauthn",
  "totp_app",
  "backup_codes",
  "oidc",
  "oauth2",
  "saml",
] as const;
const uses = ["login", "signup", "both", "second_factor"] as const;

export const AuthMethodSettings = Type.Object(
  {
    issuer: f.optional(upstream.issuer),
    client_id: f.optional(upstream.client_id),
    scopes: f.optional(upstream.scopes),
    claims: f.optional(upstream.claims),
  },
  { title: "AuthMethodSettings", description: "Of `oidc` all of them; of any other method none.", ...f.closed },
);
export type AuthMethodSettings = Static<typeof AuthMethodSettings>;
const AuthMethodSettingsInput = Type.Object(
  {
    issuer: f.optional(upstream.issuer),
    client_id: f.optional(upstream.client_id),
    client_secret: f.optional(clientSecretInput),
    scopes: f.optional(f.nullable(upstream.scopes)),
    claims: f.optional(f.nullable(upstream.claims)),
  },
  {
    title: "AuthMethodSettingsInput",
    description: "For `oidc` alone; merged by a PATCH, and null brings a setting back to its default.",
    ...f.merged,
  },
);

export const authMethodPositionMax = 1_000_000;
const core = {
  name: f.name,
  enabled: Type.Boolean({
    description: "Whether it is offered. `webauthn`, `oidc`, `oauth2` and `saml` are stored and not served yet: false.",
  }),
  use: f.oneOf(uses, { description: "`totp_app` and `backup_codes` are second factors." }),
  position: Type.Integer({
    minimum: 0,
    maximum: authMethodPositionMax,
    description: "The order in which methods are offered, from the lowest.",
  }),
};
const method = f.oneOf(methods, { description: "The kind; it stays as it was made." });
export const AuthMethod = Type.Object(
  {
    id: f.id("authMethod", "The auth method's id"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    method,
    ...core,
    settings: AuthMethodSettings,
    ...f.timestamps,
  },
  { title: "AuthMethod" },
);
export type AuthMethod = Static<typeof AuthMethod>;

export const AuthMethodCreate = f.createBody(
  "AuthMethodCreate",
  { method, name: core.name, enabled: core.enabled },
  { use: core.use, settings: AuthMethodSettingsInput, position: core.position },
);
export const AuthMethodUpdate = f.updateBody("AuthMethodUpdate", { ...core, settings: AuthMethodSettingsInput });
export type AuthMethodSettingsInput = Static<typeof AuthMethodSettingsInput>;

export const authMethods = defineResource({
  name: "authMethods",
  one: "authMethod",
  segment: "auth-methods",
  param: "auth_method_id",
  parent: issuers,
  description: "A way to sign in or up at the issuer, or a second factor.",
  operations: {
    list: op.list({ summary: "List auth methods, by position", item: AuthMethod, whole: true }),
    create: op.create({
      summary: "Add an auth method",
      description: "It stands last where no position is given.",
      body: AuthMethodCreate,
      returns: AuthMethod,
      emits: ["issuer.auth-method.created"],
    }),
    get: op.get({ summary: "Get an auth method", returns: AuthMethod }),
    update: op.update({
      summary: "Update an auth method",
      body: AuthMethodUpdate,
      returns: AuthMethod,
      emits: ["issuer.auth-method.updated"],
    }),
    delete: op.delete({ summary: "Remove an auth method", emits: ["issuer.auth-method.deleted"] }),
  },
});
