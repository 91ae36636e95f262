import { Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";
import { Organization, OrganizationCreate, OrganizationUpdate, organizationStatuses } from "./organization.ts";

export const organizations = defineResource({
  name: "organizations",
  one: "organization",
  segment: "organizations",
  param: "org_id",
  parent: issuers,
  description: "An organization is a tenant of the issuer's owner: members with scopes, and API keys.",
  operations: {
    list: op.list({
      summary: "List organizations",
      item: Organization,
      filters: {
        q: f.optional(f.q("the name or the description")),
        status: f.optional(f.oneOf(organizationStatuses)),
        sso_enabled: f.optional(Type.Boolean()),
        sso_only: f.optional(Type.Boolean()),
        mfa_required: f.optional(Type.Boolean()),
        invitation_enabled: f.optional(Type.Boolean()),
      },
    }),
    create: op.create({
      summary: "Create an organization",
      body: OrganizationCreate,
      returns: Organization,
      emits: ["organization.created"],
    }),
    get: op.get({ summary: "Get an organization", returns: Organization }),
    update: op.update({
      summary: "Update, suspend or restore an organization",
      description:
        "Suspension stops the organization's keys and leaves it out of new tokens; it logs nobody out. Where `sso` alone changes, the event is one of `organization.sso`.",
      body: OrganizationUpdate,
      returns: Organization,
      emits: [
        "organization.updated",
        "organization.suspended",
        "organization.reactivated",
        "organization.sso.updated",
        "organization.sso.enabled",
        "organization.sso.disabled",
      ],
    }),
    delete: op.delete({
      summary: "Delete an organization for ever",
      description:
        "It and everything below it are 404, and its keys stop, at once; a job then takes the rows away. Events and notes stay. The event's `counts` say how much went along.",
      emits: ["organization.deleted"],
    }),
  },
});
