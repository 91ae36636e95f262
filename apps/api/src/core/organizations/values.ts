import { Contact, type OrganizationCreate, OrganizationSecurity, type OrganizationUpdate } from "@authpi/schema";
import type { Static } from "typebox";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { merge, patched } from "../../domain/merge.ts";
import { noSso } from "./sso.ts";

/** The columns of a new organization, but for its ids and times. */
export const initialColumns = (body: Static<typeof OrganizationCreate>) => ({
  name: body.name,
  description: body.description ?? null,
  logo_url: body.logo_url ?? null,
  org_type: body.org_type ?? ("default" as const),
  max_members: body.max_members ?? null,
  default_member_scopes: body.default_member_scopes ?? [],
  invitation_enabled: body.invitation_enabled ?? true,
  invitation_message: body.invitation_message ?? null,
  address: body.address ? { ...noAddress, ...body.address } : null,
  business_details: body.business_details ?? null,
  contact: merge(Contact, noContact, body.contact ?? {}, noContact),
  social_links: jsonb(body.social_links ?? []),
  scopes: body.scopes ?? [],
  security: merge(OrganizationSecurity, noSecurity, body.security ?? {}, noSecurity),
  sso: noSso,
  custom_fields: body.custom_fields ?? {},
  metadata: body.metadata ?? {},
});

/** What a PATCH makes of the named fields. */
export const changedValues = (
  row: { contact: Contact; security: OrganizationSecurity },
  body: Static<typeof OrganizationUpdate>,
) =>
  defined({
    name: body.name,
    description: body.description,
    logo_url: body.logo_url,
    org_type: body.org_type,
    max_members: body.max_members,
    default_member_scopes: body.default_member_scopes === null ? [] : body.default_member_scopes,
    invitation_enabled: body.invitation_enabled,
    invitation_message: body.invitation_message,
    address: body.address && { ...noAddress, ...body.address },
    business_details: body.business_details,
    contact: patched(Contact, row.contact, body.contact, noContact),
    social_links: body.social_links === null ? [] : body.social_links,
    scopes: body.scopes === null ? [] : body.scopes,
    security: patched(OrganizationSecurity, row.security, body.security, noSecurity),
    custom_fields: body.custom_fields === null ? {} : body.custom_fields,
    metadata: body.metadata === null ? {} : body.metadata,
  });

const noAddress = { line1: null, line2: null, city: null, state: null, postal_code: null };
const noSecurity: OrganizationSecurity = { mfa_required: false, allowed_ip: [] };
const noContact: Contact = { email: null, phone: null, website_url: null };
