import type { Static } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { issuers } from "./issuers.ts";
import { User, UserListItem } from "./users.ts";

export const ApprovalUpdate = f.updateBody("ApprovalUpdate", {
  status: f.oneOf(["approved", "rejected"], { description: "`approved` makes the user active, `rejected` blocked." }),
  reason: f.nullable(f.text({ max: 1000, lines: true, description: "Why, in your words." })),
});
export type ApprovalUpdate = Static<typeof ApprovalUpdate>;

export const approvals = defineResource({
  name: "approvals",
  one: "approval",
  segment: "approvals",
  param: "user_id",
  parent: issuers,
  description: "Users who signed up where the issuer's access mode is `approval`, and wait to be let in.",
  operations: {
    list: op.list({ summary: "List the users who wait, oldest first", item: UserListItem }),
    get: op.get({
      summary: "Get a user who waits, or for whom it was decided",
      description: "Who never had to be approved is 404.",
      returns: User,
    }),
    update: op.update({
      summary: "Approve or reject a user",
      description:
        "A decision stands: the other one is 409, as is any for a user who does not wait. The same one again changes at most its reason.",
      body: ApprovalUpdate,
      returns: User,
      emits: ["user.approval.approved", "user.approval.rejected", "user.updated"],
    }),
  },
});
