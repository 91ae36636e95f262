import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { Organization } from "./organization.ts";

export const AccountDomain = Type.Object(
  {
    id: f.host("The same as `host`."),
    account_id: f.id("account"),
    host: f.host("The domain."),
    verified: Type.Boolean({ description: "Whether its TXT record was found once." }),
    primary: Type.Boolean({
      description: "Whether it is the account's first: of the verified domains the one verified first.",
    }),
    added_at: f.millis("When it was added."),
    assigned_issuer_id: f.nullable(f.id("issuer", "The issuer that it is meant for")),
    assigned_at: f.nullable(f.millis("When it was assigned.")),
    ...f.txtRecord,
    ...f.timestamps,
    updated_at: f.millis("When it was last written. The `ETag` is the account's."),
  },
  { title: "AccountDomain" },
);
export type AccountDomain = Static<typeof AccountDomain>;

export const Account = Type.Object(
  {
    id: f.id("account"),
    organization: Organization,
    owner_user_id: f.nullable(f.id("user", "The user who owns the account")),
    domains: Type.Array(AccountDomain, { description: "The newest first." }),
    features: Type.Unsafe<Record<string, boolean>>({
      type: "object",
      additionalProperties: { type: "boolean" },
      description: "Switches of the installation; none yet.",
    }),
    limits: Type.Unsafe<Record<string, number>>({
      type: "object",
      additionalProperties: { type: "number" },
      description: "Limits of the installation; none yet.",
    }),
    billing_mode: f.oneOf(["ungated"]),
    balance_μusd: Type.Unsafe<null>({ type: "null" }),
    credits_run_out: Type.Unsafe<false>({ type: "boolean", enum: [false] }),
    payment_methods: Type.Unsafe<never[]>({ type: "array", items: { type: "object" }, maxItems: 0 }),
    metadata: f.metadata,
    ...f.timestamps,
  },
  { title: "Account" },
);
export type Account = Static<typeof Account>;

export const AccountUpdate = f.updateBody("AccountUpdate", {
  name: f.name,
  description: f.description,
  logo_url: f.nullable(f.url("The logo's address.")),
  metadata: f.nullable(f.metadata),
  owner_user_id: f.nullable(f.idInput("user", "The user who owns the account")),
});

export const accounts = defineResource({
  name: "accounts",
  one: "account",
  segment: "accounts",
  param: "account_id",
  description: "An account owns issuers. It is a view on an organization of the installation's root issuer.",
  operations: {
    list: op.list({ summary: "List the accounts that the credential acts on", item: Account }),
    get: op.get({ summary: "Get an account", returns: Account }),
    update: op.update({
      summary: "Update an account",
      body: AccountUpdate,
      returns: Account,
      emits: ["account.updated"],
    }),
  },
});
