import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";
import { organizations } from "./organizations.ts";

const statuses = ["active", "blocked", "revoked", "expired", "suspended"] as const;

const identity = {
  id: f.id("apiKey"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  org_id: f.id("organization"),
  type: f.oneOf(["api_key"]),
  name: f.name,
  description: f.description,
  tags: f.tags,
};
const rest = {
  expires_at: f.nullable(f.millis("When it stops to be valid.")),
  metadata: f.metadata,
  ...f.statusFields(statuses),
  ...f.timestamps,
};
const ipAllowlist = Type.Array(f.ipRange, {
  maxItems: 256,
  description: "Where it may be used from; empty is everywhere.",
});
const secretTimes = {
  last_rotated_at: f.nullable(f.millis("When the secret was last replaced.")),
};

export const ApiKeyRestrictions = Type.Object(
  { scopes: f.scopes("What the key may do."), ip_allowlist: ipAllowlist },
  { title: "ApiKeyRestrictions", ...f.merged },
);
export const ApiKeySecret = Type.Object(
  {
    algorithm: f.oneOf(["sha256"]),
    hint: Type.String({ description: "The secret's last 8 characters." }),
    ...secretTimes,
    last_used_at: f.nullable(f.millis("When the key was last verified, exact to a minute.")),
    previous: f.nullable(
      Type.Object(
        {
          expires_at: f.millis("When the old secret stops to be valid."),
          last_used_at: f.nullable(f.millis("When the old secret was last used, exact to a minute.")),
        },
        { description: "The secret before the last rotation, as long as it is valid." },
      ),
    ),
  },
  { title: "ApiKeySecret" },
);
export const ApiKey = Type.Object(
  { ...identity, restrictions: ApiKeyRestrictions, ...rest, secret: ApiKeySecret },
  { title: "ApiKey" },
);
export type ApiKey = Static<typeof ApiKey>;
export const ApiKeyListItem = Type.Object(
  {
    ...identity,
    scopes: ApiKeyRestrictions.properties.scopes,
    ip_allowlist: ipAllowlist,
    ...rest,
    secret_hint: ApiKeySecret.properties.hint,
    ...secretTimes,
  },
  { title: "ApiKeyListItem" },
);
export type ApiKeyListItem = Static<typeof ApiKeyListItem>;
const once = { secret_plain: Type.String({ description: "The secret: in this answer only." }) };
export const ApiKeyCreated = Type.Object({ ...ApiKey.properties, ...once }, { title: "ApiKeyCreated" });

const restrictionsInput = f.partialDeep(ApiKeyRestrictions);
const input = {
  description: f.description,
  tags: f.nullable(f.tags),
  expires_at: f.nullable(f.millisInput("When it stops to be valid, in the future.")),
  metadata: f.nullable(f.metadata),
};
export const ApiKeyCreate = f.createBody(
  "ApiKeyCreate",
  { name: f.name, restrictions: restrictionsInput },
  { type: f.oneOf(["api_key"]), ...input },
);
export const ApiKeyUpdate = f.updateBody("ApiKeyUpdate", {
  name: f.name,
  restrictions: restrictionsInput,
  ...input,
  ...f.statusInput(["active", "blocked", "revoked"]),
});
/** How long a replaced secret stays valid, where nothing else is said. */
export const graceSecondsDefault = 900;
const Rotate = f.createBody(
  "ApiKeyRotate",
  {},
  {
    grace_period_seconds: Type.Integer({
      minimum: 0,
      maximum: 86400,
      description: `How long the old secret stays valid; ${graceSecondsDefault} seconds where nothing is said.`,
    }),
  },
);

const filters = {
  q: f.optional(f.q("the name, the description or a tag")),
  status: f.optional(f.oneOf(statuses)),
  access: f.optional(f.oneOf(["unrestricted", "ip_restricted"])),
  readiness: f.optional(
    f.oneOf(["ready", "no_scopes", "expiring_soon"], { description: "`expiring_soon`: within 14 days." }),
  ),
};

const operations = {
  list: op.list({ summary: "List API keys", item: ApiKeyListItem, filters }),
  create: op.create({
    summary: "Create an API key",
    description:
      "`secret_plain` stands in this answer only. On an account, the caller must hold every scope that the key gets.",
    body: ApiKeyCreate,
    returns: ApiKeyCreated,
    emits: ["api-key.created"],
  }),
  get: op.get({ summary: "Get an API key", returns: ApiKey }),
  update: op.update({
    summary: "Update an API key",
    body: ApiKeyUpdate,
    returns: ApiKey,
    emits: ["api-key.updated", "api-key.blocked", "api-key.unblocked", "api-key.revoked"],
  }),
  delete: op.delete({ summary: "Delete an API key", emits: ["api-key.deleted"] }),
  block: op.action({
    suffix: "block",
    summary: "Block an API key",
    body: f.StatusBody,
    returns: ApiKey,
    emits: ["api-key.blocked"],
  }),
  unblock: op.action({
    suffix: "unblock",
    summary: "Unblock an API key",
    body: f.StatusBody,
    returns: ApiKey,
    emits: ["api-key.unblocked"],
  }),
  revoke: op.action({
    suffix: "revoke",
    summary: "Revoke an API key for ever",
    body: f.StatusBody,
    returns: ApiKey,
    emits: ["api-key.revoked"],
  }),
  rotate: op.action({
    suffix: "rotate",
    summary: "Replace the secret",
    description:
      "The old secret stays valid for `grace_period_seconds`; `secret.previous.last_used_at` tells whether anyone still uses it.",
    body: Rotate,
    returns: ApiKeyCreated,
    emits: ["api-key.rotated"],
  }),
};
const noun = { name: "apiKeys", one: "apiKey", segment: "api-keys", param: "key_id", operations } as const;

export const accountApiKeys = defineResource({
  ...noun,
  parent: accounts,
  homes: ["issuers.organizations.api-keys"],
  description:
    "Credentials of backends. The list holds the account's own keys; one key is reached here wherever in the account it lives, with the scope of that place.",
});
export const apiKeys = defineResource({
  ...noun,
  parent: organizations,
  description: "Credentials of an organization's backends, verified with `GET /v1/me`.",
});
