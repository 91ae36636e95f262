import { Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { Member, MemberCreate, MemberUpdate, memberStatuses } from "./member.ts";
import { organizations } from "./organizations.ts";

export const members = defineResource({
  name: "members",
  one: "member",
  segment: "members",
  param: "member_id",
  parent: organizations,
  description: "A member is a user or an agent in an organization, with scopes.",
  operations: {
    list: op.list({
      summary: "List members",
      item: Member,
      filters: {
        status: f.optional(f.oneOf(memberStatuses)),
        scope: f.optional(
          Type.String({
            minLength: 1,
            maxLength: 128,
            pattern: "^[^\\x00-\\x1f\\x7f]*$",
            description: "Held, by itself or by a group.",
          }),
        ),
        member_type: f.optional(f.oneOf(["user", "agent"])),
      },
    }),
    create: op.create({
      summary: "Add a member",
      body: MemberCreate,
      returns: Member,
      emits: ["organization.membership.created"],
    }),
    get: op.get({ summary: "Get a member", returns: Member }),
    update: op.update({
      summary: "Update a member",
      body: MemberUpdate,
      returns: Member,
      emits: ["organization.membership.updated"],
    }),
    delete: op.delete({ summary: "Remove a member", emits: ["organization.membership.deleted"] }),
  },
});
