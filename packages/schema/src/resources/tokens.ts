import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";
import { issuers } from "./issuers.ts";
import { Me } from "./me.ts";
import { users } from "./users.ts";

const statuses = ["active", "blocked", "revoked", "expired", "suspended"] as const;
const ipAllowlist = Type.Array(f.ipRange, {
  maxItems: 256,
  description: "Where it may be used from; empty is everywhere.",
});
export const PersonalTokenRestrictions = Type.Object(
  {
    scopes: f.scopes(
      "What the token may do of what its user may: nothing where this is empty, all of it with `*:**`. Scopes of the user's memberships count as far as one of these covers them.",
    ),
    ip_allowlist: ipAllowlist,
  },
  { title: "PersonalTokenRestrictions", ...f.merged },
);
const audience = Type.String({
  minLength: 1,
  maxLength: 500,
  pattern: "^[\\x21-\\x7e]+$",
  description: "The API that it is for, as the token's `aud`. It is signed, and cannot be changed.",
  examples: ["https://api.example.com"],
});

const identity = {
  id: f.id("token"),
  account_id: f.id("account"),
  issuer_id: f.id("issuer"),
  user_id: f.id("user"),
  type: f.oneOf(["personal_token"]),
  name: f.name,
  description: f.description,
  tags: f.tags,
};
const rest = {
  audience: f.nullable(audience),
  expires_at: f.millis("When it stops to be valid. It is signed, and cannot be changed."),
  last_used_at: f.nullable(f.millis("When it was last verified, exact to a minute.")),
  metadata: f.metadata,
  ...f.statusFields(statuses),
  ...f.timestamps,
};
export const PersonalToken = Type.Object(
  { ...identity, restrictions: PersonalTokenRestrictions, ...rest },
  { title: "PersonalToken" },
);
export type PersonalToken = Static<typeof PersonalToken>;
export const PersonalTokenListItem = Type.Object(
  { ...identity, scopes: PersonalTokenRestrictions.properties.scopes, ip_allowlist: ipAllowlist, ...rest },
  { title: "PersonalTokenListItem" },
);
export type PersonalTokenListItem = Static<typeof PersonalTokenListItem>;
export const PersonalTokenCreated = Type.Object(
  {
    ...PersonalToken.properties,
    token_plain: Type.String({ description: "The token, `ptk_` and a JWT: in this answer only." }),
  },
  { title: "PersonalTokenCreated" },
);

/** How long a personal token lives at most, and where nothing is said. */
export const personalTokenDaysMax = 366;
/** How many of a user's personal tokens are active at a time. */
export const personalTokensMax = 50;

const restrictionsInput = f.partialDeep(PersonalTokenRestrictions);
const input = {
  description: f.description,
  tags: f.nullable(f.tags),
  metadata: f.nullable(f.metadata),
};
export const PersonalTokenCreate = f.createBody(
  "PersonalTokenCreate",
  { name: f.name },
  {
    type: f.oneOf(["personal_token"]),
    restrictions: restrictionsInput,
    audience,
    expires_at: f.millisInput(
      `When it stops to be valid: within ${personalTokenDaysMax} days, which is where it is left out.`,
    ),
    ...input,
  },
);
export const PersonalTokenUpdate = f.updateBody("PersonalTokenUpdate", {
  name: f.name,
  restrictions: restrictionsInput,
  ...input,
  ...f.statusInput(["active", "blocked", "revoked"]),
});

const refusals = ["invalid", "expired", "revoked", "blocked", "suspended", "not_found", "ip_not_allowed"] as const;
export const TokenIntrospection = Type.Unsafe<TokenIntrospection>(
  Type.Object(
    {
      active: Type.Boolean({ description: "Whether the credential is good now." }),
      reason: f.optional(f.oneOf(refusals, { description: "Why it is not; left out where it is good." })),
      ...Object.fromEntries(Object.entries(Me.properties).map(([name, schema]) => [name, f.optional(schema)])),
    },
    {
      title: "TokenIntrospection",
      description: "Of a good credential what `GET /v1/me` says of it, of any other the reason alone.",
    },
  ),
);
export type TokenIntrospection = ({ active: true } & Me) | { active: false; reason: (typeof refusals)[number] };
const TokenIntrospect = f.createBody(
  "TokenIntrospect",
  {
    token: Type.String({
      minLength: 1,
      maxLength: 16_384,
      pattern: "^[\\x20-\\x7e]+$",
      description: "`key_<id>:<secret>`, `ptk_…`, or an access token.",
    }),
  },
  {
    ip: Type.String({
      minLength: 1,
      maxLength: 100,
      pattern: "^[^\\x00-\\x1f\\x7f]*$",
      description:
        "The address that it was presented from. It is held against the credential's allow-list; where there is one, nothing is good without an address.",
      examples: ["203.0.113.7"],
    }),
  },
);

const noun = { segment: "tokens", param: "token_id" } as const;

export const tokens = defineResource({
  ...noun,
  name: "tokens",
  one: "personalToken",
  parent: accounts,
  description: "The personal tokens of an account's users, one by its id.",
  operations: {
    get: op.get({ summary: "Get a personal token", returns: PersonalToken }),
    update: op.update({
      summary: "Update a personal token",
      description: "What is signed in it, its audience and its end, cannot be changed.",
      body: PersonalTokenUpdate,
      returns: PersonalToken,
      emits: ["user.personal-token.updated", "user.personal-token.revoked"],
    }),
    delete: op.delete({ summary: "Delete a personal token", emits: ["user.personal-token.deleted"] }),
    revoke: op.action({
      suffix: "revoke",
      summary: "Revoke a personal token for ever",
      body: f.StatusBody,
      returns: PersonalToken,
      emits: ["user.personal-token.revoked"],
    }),
  },
});

export const userTokens = defineResource({
  ...noun,
  name: "tokens",
  one: "personalToken",
  parent: users,
  description: "What a user's own programs call an API with, in the user's name and with a part of the user's scopes.",
  operations: {
    list: op.list({
      summary: "List a user's personal tokens",
      item: PersonalTokenListItem,
      filters: { status: f.optional(f.oneOf(statuses)) },
    }),
    create: op.create({
      summary: "Create a personal token",
      description: `\`token_plain\` stands in this answer only. A user has at most ${personalTokensMax} that are active.`,
      body: PersonalTokenCreate,
      returns: PersonalTokenCreated,
      emits: ["user.personal-token.created"],
    }),
    get: op.get({ summary: "Get one of a user's personal tokens", returns: PersonalToken }),
  },
});

export const issuerTokens = defineResource({
  ...noun,
  name: "tokens",
  one: "token",
  parent: issuers,
  description: "What is presented to an API as a credential of this issuer.",
  operations: {
    introspect: op.actionOnAll({
      suffix: "introspect",
      summary: "Ask whether a credential is good",
      description:
        "For API keys of the issuer's organizations, and for its users' personal tokens and its access tokens; of all others it says what it says of garbage. Always 200. It records a verification as `GET /v1/me` does, and so needs the scope of a write.",
      body: TokenIntrospect,
      returns: TokenIntrospection,
      emits: ["api-key.verified", "personal-token.verified"],
    }),
  },
});
