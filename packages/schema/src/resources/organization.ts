import { type Static, Type } from "typebox";
import * as f from "../fields.ts";
import { OrganizationSso, OrganizationSsoInput } from "./organization-sso.ts";

export const organizationStatuses = ["active", "suspended"] as const;
const line = f.nullable(f.text({ max: 200 }));

const country = f.text({ max: 100, required: true, examples: ["FR"] });
export const Address = Type.Object(
  { line1: line, line2: line, city: line, state: line, postal_code: line, country },
  { title: "Address", description: "Replaced as a whole by a PATCH.", ...f.closed },
);
const AddressInput = Type.Object(
  { ...Type.Partial(Type.Omit(Address, ["country"])).properties, country },
  { title: "AddressInput", description: "Replaced as a whole by a PATCH.", ...f.closed },
);
export type Address = Static<typeof Address>;
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
const count = Type.Integer({ minimum: 0 });

const core = {
  name: f.name,
  description: f.description,
  logo_url: f.nullable(f.url("The logo's address.")),
  org_type: f.oneOf(["default", "business", "charity", "public_sector"]),
  max_members: f.nullable(Type.Integer({ minimum: 1, maximum: 1_000_000_000 })),
  default_member_scopes: f.scopes("What an invitation gives where it names nothing else."),
  invitation_enabled: Type.Boolean(),
  invitation_message: f.nullable(
    f.text({
      max: 2000,
      lines: true,
      description: "What an invitation's mail says where it has no message of its own.",
    }),
  ),
  address: f.nullable(Address),
  business_details: f.nullable(f.jsonObject("Anything of yours about the business.")),
  contact: Contact,
  social_links: Type.Array(f.jsonObject("A link."), { maxItems: 50 }),
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
  ...values,
  address: f.nullable(AddressInput),
  contact: f.partialDeep(Contact),
  security: f.partialDeep(OrganizationSecurity),
  sso: OrganizationSsoInput,
};
export const OrganizationCreate = f.createBody(
  "OrganizationCreate",
  { name: f.name },
  { ...input, ...f.statusInput(organizationStatuses) },
);
export const OrganizationUpdate = f.updateBody("OrganizationUpdate", {
  name: f.name,
  ...input,
  contact: f.nullable(input.contact),
  security: f.nullable(input.security),
  sso: f.nullable(input.sso),
  default_member_scopes: f.nullable(core.default_member_scopes),
  social_links: f.nullable(core.social_links),
  scopes: f.nullable(core.scopes),
  custom_fields: f.nullable(core.custom_fields),
  metadata: f.nullable(core.metadata),
  ...f.statusInput(organizationStatuses),
});
