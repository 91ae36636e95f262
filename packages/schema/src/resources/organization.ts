import { type Static, Type } from "typebox";
import * as f from "../fields.ts";

export const organizationStatuses = ["active", "suspended"] as const;
const line = f.nullable(f.text({ max: 200 }));

export const Address = Type.Object(
  {
    line1: f.optional(line),
    line2: f.optional(line),
    city: f.optional(line),
    state: f.optional(line),
    postal_code: f.optional(line),
    country: f.text({ max: 100, required: true, examples: ["FR"] }),
  },
  { title: "Address", description: "Replaced as a whole by a PATCH.", ...f.closed },
);
export type Address = Static<typeof Address>;
const jsonObject = (about: string) =>
  Type.Unsafe<Record<string, unknown>>({
    type: "object",
    additionalProperties: true,
    maxProperties: 50,
    description: about,
  });
export const Contact = Type.Object(
  {
    email: f.nullable(f.email("An address for questions.")),
    phone: f.nullable(f.text({ max: 50 })),
    website_url: f.nullable(f.url("The organization's site.")),
  },
  { title: "Contact", description: "Merged by a PATCH.", ...f.merged },
);
export type Contact = Static<typeof Contact>;
export const OrganizationSecurity = Type.Object(
  {
    mfa_required: Type.Boolean({ description: "Whether members need a second factor to enter." }),
    allowed_ip: Type.Array(f.ipRange, { maxItems: 256 }),
  },
  { title: "OrganizationSecurity", description: "Merged by a PATCH.", ...f.merged },
);
export type OrganizationSecurity = Static<typeof OrganizationSecurity>;
export const OrganizationSso = Type.Object(
  {
    enabled: Type.Boolean(),
    only: Type.Boolean(),
    method: f.nullable(f.oneOf(["oidc", "saml"])),
    oidc: f.nullable(jsonObject("The upstream provider.")),
    saml: f.nullable(jsonObject("The upstream provider.")),
    default_scopes: f.scopes("What a member who comes by single sign-on gets."),
    jit: Type.Boolean(),
  },
  { title: "OrganizationSso" },
);
export type OrganizationSso = Static<typeof OrganizationSso>;
const count = Type.Integer({ minimum: 0 });

const core = {
  name: f.name,
  description: f.description,
  logo_url: f.nullable(f.url("The logo's address.")),
  org_type: f.oneOf(["default", "business", "charity", "public_sector"]),
  max_members: f.nullable(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  default_member_scopes: f.scopes("What an invitation gives where it names nothing else."),
  invitation_enabled: Type.Boolean(),
  invitation_message: f.nullable(f.text({ max: 2000, lines: true })),
  address: f.nullable(Address),
  business_details: f.nullable(jsonObject("Anything of yours about the business.")),
  contact: Contact,
  social_links: Type.Array(jsonObject("A link."), { maxItems: 50 }),
  scopes: f.scopes("The catalogue that members and keys of this organization choose from; empty means free."),
  security: OrganizationSecurity,
  custom_fields: f.customFields,
  metadata: f.metadata,
};
export const Organization = Type.Object(
  {
    id: f.id("organization"),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    ...core,
    sso: OrganizationSso,
    stats: Type.Object(
      { n_members: count, n_api_keys: count, n_pending_invitations: count },
      { title: "OrganizationStats", description: "Counted when asked; does not move the `ETag`." },
    ),
    ...f.statusFields(organizationStatuses),
    ...f.timestamps,
  },
  { title: "Organization" },
);
export type Organization = Static<typeof Organization>;

const { name: _, ...values } = core;
const input = {
  ...Type.Partial(Type.Object(values)).properties,
  contact: f.optional(f.partialDeep(Contact)),
  security: f.optional(f.partialDeep(OrganizationSecurity)),
  custom_fields: f.optional(f.nullable(f.customFields)),
  metadata: f.optional(f.nullable(f.metadata)),
};
export const OrganizationCreate = Type.Object({ name: f.name, ...input }, { title: "OrganizationCreate", ...f.closed });
export const OrganizationUpdate = Type.Object(
  { name: f.optional(f.name), ...input, ...f.statusInput(organizationStatuses) },
  { title: "OrganizationUpdate", ...f.closed },
);
