import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { groups } from "./groups.ts";
import { memberId } from "./member.ts";

export const GroupMember = Type.Object(
  {
    id: Type.String({ description: "The same as `member_id`." }),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    org_id: f.id("organization"),
    group_id: f.id("group"),
    member_id: Type.String({ description: memberId }),
    member_type: f.oneOf(["user", "agent"]),
    ...f.timestamps,
  },
  { title: "GroupMember" },
);
export type GroupMember = Static<typeof GroupMember>;

export const groupMembers = defineResource({
  name: "members",
  one: "groupMember",
  segment: "members",
  param: "member_id",
  parent: groups,
  description: "The members of the organization that are in the group.",
  operations: {
    list: op.list({ summary: "List the members of a group", item: GroupMember }),
    add: op.put({
      summary: "Put a member into a group",
      description: "Who is not a member of the organization is 404; who is in the group already stays in it.",
      returns: GroupMember,
      emits: ["organization.group.member-added"],
    }),
    remove: op.delete({
      summary: "Take a member out of a group",
      description: "It stays a member of the organization, without the group's scopes.",
      emits: ["organization.group.member-removed"],
    }),
  },
});
