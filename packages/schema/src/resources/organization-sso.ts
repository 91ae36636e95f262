import { type Static, Type } from "typebox";
import * as f from "../fields.ts";
import { clientSecretInput, upstream } from "./upstream.ts";

export const OrganizationSsoOidc = Type.Object(upstream, {
  title: "OrganizationSsoOidc",
  description: "The OpenID provider. Merged by a PATCH.",
  ...f.merged,
});
const saml = {
  metadata_url: f.nullable(f.url("Where the provider's metadata are found.")),
  metadata_xml: f.nullable(
    f.text({ max: 200_000, lines: true, description: "The metadata themselves, in the place of their address." }),
  ),
  claims: upstream.claims,
};
export const OrganizationSsoSaml = Type.Object(saml, {
  title: "OrganizationSsoSaml",
  description: "The SAML provider. Merged by a PATCH.",
  ...f.merged,
});
export type OrganizationSsoOidc = Static<typeof OrganizationSsoOidc>;
export type OrganizationSsoSaml = Static<typeof OrganizationSsoSaml>;
export const OrganizationSsoDomain = Type.Object(
  {
    domain: f.host("The domain."),
    verified: Type.Boolean({ description: "Whether its TXT record was found once." }),
    added_at: f.millis("When it was added."),
    verified_at: f.nullable(f.millis("When it was verified.")),
    ...f.txtRecord,
  },
  { title: "OrganizationSsoDomain" },
);
export type OrganizationSsoDomain = Static<typeof OrganizationSsoDomain>;

const settings = {
  enabled: Type.Boolean({
    description: "Whether members sign in by it. `oidc` and `saml` are stored and not served yet: false.",
  }),
  only: Type.Boolean({ description: "Whether they sign in by it alone." }),
  method: f.nullable(f.oneOf(["oidc", "saml"])),
  default_scopes: f.scopes("What a member who comes by single sign-on gets."),
  jit: Type.Boolean({ description: "Whether who comes by it for the first time becomes a member." }),
};
export const OrganizationSso = Type.Object(
  {
    ...settings,
    oidc: f.nullable(OrganizationSsoOidc),
    saml: f.nullable(OrganizationSsoSaml),
    secret_rotated_at: f.nullable(f.millis("When its secret was made.")),
    domains: Type.Array(OrganizationSsoDomain, { description: "The newest first." }),
  },
  { title: "OrganizationSso", description: "Merged by a PATCH." },
);
export type OrganizationSso = Static<typeof OrganizationSso>;

const OidcInput = Type.Object(
  {
    issuer: f.optional(upstream.issuer),
    client_id: f.optional(upstream.client_id),
    client_secret: f.optional(clientSecretInput),
    scopes: f.optional(f.nullable(upstream.scopes)),
    claims: f.optional(f.nullable(upstream.claims)),
  },
  { title: "OrganizationSsoOidcInput", ...f.merged },
);
const SamlInput = Type.Object(
  {
    metadata_url: f.optional(saml.metadata_url),
    metadata_xml: f.optional(saml.metadata_xml),
    claims: f.optional(f.nullable(saml.claims)),
  },
  { title: "OrganizationSsoSamlInput", ...f.merged },
);
export const OrganizationSsoInput = Type.Object(
  {
    enabled: f.optional(f.nullable(settings.enabled)),
    only: f.optional(f.nullable(settings.only)),
    method: f.optional(settings.method),
    oidc: f.optional(f.nullable(OidcInput)),
    saml: f.optional(f.nullable(SamlInput)),
    default_scopes: f.optional(f.nullable(settings.default_scopes)),
    jit: f.optional(f.nullable(settings.jit)),
  },
  {
    title: "OrganizationSsoInput",
    description:
      "Merged by a PATCH, and null brings a setting back to its default; its domains have routes of their own.",
    ...f.merged,
  },
);
export type OrganizationSsoInput = Static<typeof OrganizationSsoInput>;
