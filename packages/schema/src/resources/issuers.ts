import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";
import { BrandingSettings, IssuerSettings, IssuerSettingsInput } from "./issuer-settings.ts";

const statuses = ["active", "disabled"] as const;
const accessModes = ["open", "invite_only", "domain_restricted", "approval"] as const;

const link = f.nullable(f.url("A page of yours that the sign-in pages link to."));
export const IssuerLinks = Type.Object(
  { privacy_policy: link, terms_of_service: link, website: link, support: link, documentation: link },
  { title: "IssuerLinks", ...f.merged },
);
export type IssuerLinks = Static<typeof IssuerLinks>;
/** What a new issuer starts with. */
export const issuerLinksDefault: IssuerLinks = {
  privacy_policy: null,
  terms_of_service: null,
  website: null,
  support: null,
  documentation: null,
};

const core = {
  id: f.id("issuer"),
  account_id: f.id("account"),
  name: f.name,
  description: f.description,
  links: IssuerLinks,
  available_scopes: f.scopes("The catalogue that clients and members choose from; empty means free."),
  settings: IssuerSettings,
  metadata: f.metadata,
  ...f.statusFields(statuses),
  ...f.timestamps,
};
export const Issuer = Type.Object(core, { title: "Issuer" });
export type Issuer = Static<typeof Issuer>;
const count = Type.Integer({ minimum: 0 });
const readiness = f.oneOf(["ready", "needs_client", "needs_login_method"]);
export const IssuerListItem = Type.Object(
  {
    ...core,
    access_mode: f.oneOf(accessModes),
    auth_method_count: count,
    enabled_login_method_count: count,
    enabled_signup_method_count: count,
    available_scope_count: count,
    branding_configured: Type.Boolean({
      description: `Whether any of ${Object.keys(BrandingSettings.properties).join(", ")} is set.`,
    }),
    readiness,
  },
  { title: "IssuerListItem" },
);
export type IssuerListItem = Static<typeof IssuerListItem>;

const input = {
  description: f.description,
  links: f.partialDeep(IssuerLinks),
  available_scopes: f.nullable(core.available_scopes),
  settings: IssuerSettingsInput,
  metadata: f.nullable(f.metadata),
  ...f.statusInput(statuses),
};
export const IssuerCreate = f.createBody("IssuerCreate", { name: f.name }, input);
export const IssuerUpdate = f.updateBody("IssuerUpdate", {
  name: f.name,
  ...input,
  links: f.nullable(input.links),
  settings: f.nullable(input.settings),
});

export const issuers = defineResource({
  name: "issuers",
  one: "issuer",
  segment: "issuers",
  param: "issuer_id",
  parent: accounts,
  description: "An issuer is an OpenID provider of its own, with its keys, clients, users, agents and organizations.",
  operations: {
    list: op.list({
      summary: "List issuers",
      item: IssuerListItem,
      filters: {
        q: f.optional(f.q("the name or the description")),
        status: f.optional(f.oneOf(statuses)),
        access_mode: f.optional(f.oneOf(accessModes)),
        readiness: f.optional(readiness),
      },
    }),
    create: op.create({
      summary: "Create an issuer",
      description: "Its OpenID provider is live when this answers, with the sign-in methods password and email code.",
      body: IssuerCreate,
      returns: Issuer,
      emits: ["issuer.created"],
    }),
    get: op.get({ summary: "Get an issuer", returns: Issuer }),
    update: op.update({
      summary: "Update an issuer",
      description: "A disabled issuer answers 404 to its applications, and its organizations' keys stop to verify.",
      body: IssuerUpdate,
      returns: Issuer,
      emits: ["issuer.updated"],
    }),
    delete: op.delete({
      summary: "Delete an issuer and everything below it",
      description:
        "All of it is 404 at once; a job then takes the rows away. Events and notes stay. The event's `counts` say how much went along.",
      emits: ["issuer.deleted"],
    }),
  },
});
