import type { Organization } from "@authpi/schema";
import { presentSso } from "./sso.ts";
import type { OrganizationRow } from "./store.ts";

export const present = (row: OrganizationRow): Organization => ({
  id: row.id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  name: row.name,
  description: row.description,
  logo_url: row.logo_url,
  org_type: row.org_type,
  max_members: row.max_members,
  default_member_scopes: row.default_member_scopes,
  invitation_enabled: row.invitation_enabled,
  invitation_message: row.invitation_message,
  address: row.address,
  business_details: row.business_details,
  contact: row.contact,
  social_links: row.social_links,
  scopes: row.scopes,
  security: row.security,
  custom_fields: row.custom_fields,
  metadata: row.metadata,
  sso: presentSso(row),
  stats: {
    n_members: row.n_members,
    n_api_keys: row.n_api_keys,
    n_pending_invitations: row.n_pending_invitations,
  },
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});
