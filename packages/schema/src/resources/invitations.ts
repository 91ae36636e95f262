import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { Invitation, InvitationCreate, InvitationUpdate, invitationStatuses } from "./invitation.ts";
import { organizations } from "./organizations.ts";

export const invitations = defineResource({
  name: "invitations",
  one: "invitation",
  segment: "invitations",
  param: "invitation_id",
  parent: organizations,
  description: "An invitation asks an address into the organization, by a mail with a link that works once.",
  operations: {
    list: op.list({
      summary: "List invitations",
      item: Invitation,
      filters: { status: f.optional(f.oneOf(invitationStatuses)) },
    }),
    create: op.create({
      summary: "Invite somebody",
      description:
        "Sends the mail. An address has one pending invitation of an organization (409), and an active member needs none (409). Invitations may outnumber `max_members`: accepting is what counts.",
      body: InvitationCreate,
      returns: Invitation,
      emits: ["organization.invitation.created"],
    }),
    get: op.get({ summary: "Get an invitation", returns: Invitation }),
    update: op.update({
      summary: "Update a pending invitation",
      description: "Sends no mail. What is no longer pending stays as it is (409).",
      body: InvitationUpdate,
      returns: Invitation,
      emits: ["organization.invitation.updated", "organization.invitation.deleted"],
    }),
    resend: op.action({
      suffix: "resend",
      summary: "Send the mail once more",
      description: "With a new link; the old one ends. At most once a minute (429).",
      returns: Invitation,
      emits: ["organization.invitation.resent"],
    }),
    revoke: op.action({
      suffix: "revoke",
      summary: "Revoke an invitation",
      description: "Its link ends at once. What was accepted, declined or has expired cannot be revoked (409).",
      body: f.StatusBody,
      returns: Invitation,
      emits: ["organization.invitation.deleted"],
    }),
  },
});
