import { type Static, Type } from "typebox";
import * as f from "../fields.ts";

export const memberStatuses = ["active", "suspended"] as const;
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
export const memberId = "A user (`usr_…`) or an agent (`agt_…`) of this issuer.";
const memberIdInput = Type.String({
  minLength: 1,
  maxLength: 100,
  pattern: "^[^\\x00-\\x1f\\x7f]*$",
  description: memberId,
});
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
    groups: Type.Array(f.id("group"), {
      description: "The groups that it is in. What happens to a group does not move the member's `ETag`.",
    }),
    effective_scopes: Type.Array(EffectiveScope),
    user_title: title,
    metadata: f.metadata,
    joined_at: f.millis("When it became a member."),
    ...f.statusFields(memberStatuses),
    ...f.timestamps,
  },
  { title: "Member" },
);
export type Member = Static<typeof Member>;
const input = {
  groups: f.nullable(groups),
  user_title: title,
  metadata: f.nullable(f.metadata),
  ...f.statusInput(memberStatuses),
};
const scopes = f.scopes("What the membership gives by itself; at least one scope or one group.");
export const MemberCreate = f.createBody("MemberCreate", { member_id: memberIdInput }, { scopes, ...input });
export const MemberUpdate = f.updateBody("MemberUpdate", { scopes: f.nullable(scopes), ...input });
