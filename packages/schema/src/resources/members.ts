import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { organizations } from "./organizations.ts";

const statuses = ["active", "suspended"] as const;
const groups = Type.Array(f.idInput("group"), { maxItems: 100, uniqueItems: true });

export const EffectiveScope = Type.Object(
  {
    scope: f.scope,
    sources: Type.Array(Type.Object({ type: f.oneOf(["member", "group"]), group_id: f.nullable(f.id("group")) }), {
      description: "Where it comes from: the membership itself, or a group.",
    }),
  },
  { title: "EffectiveScope" },
);
const memberId = "A user (`usr_…`) or an agent (`agt_…`) of this issuer.";
const title = f.nullable(f.text({ max: 200, description: "What the person is there." }));

export const Member = Type.Object(
  {
    id: Type.String({ description: "The same as `member_id`." }),
    account_id: f.id("account"),
    issuer_id: f.id("issuer"),
    org_id: f.id("organization"),
    member_id: Type.String({ description: memberId }),
    member_type: f.oneOf(["user", "agent"]),
    scopes: f.scopes("What the membership gives by itself."),
    groups: Type.Array(f.id("group")),
    effective_scopes: Type.Array(EffectiveScope),
    user_title: title,
    metadata: f.metadata,
    joined_at: f.millis("When it became a member."),
    ...f.statusFields(statuses),
    ...f.timestamps,
  },
  { title: "Member" },
);
export type Member = Static<typeof Member>;
const input = {
  groups: f.optional(groups),
  user_title: f.optional(title),
  metadata: f.optional(f.nullable(f.metadata)),
  ...f.statusInput(statuses),
};
export const MemberCreate = Type.Object(
  {
    member_id: f.text({ max: 100, required: true, description: memberId }),
    scopes: f.optional(f.scopes("What the membership gives by itself; at least one scope or one group.")),
    ...input,
  },
  { title: "MemberCreate", ...f.closed },
);
export const MemberUpdate = Type.Object(
  { scopes: f.optional(f.scopes("What the membership gives by itself.")), ...input },
  { title: "MemberUpdate", ...f.closed },
);

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
        status: f.optional(f.oneOf(statuses)),
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
