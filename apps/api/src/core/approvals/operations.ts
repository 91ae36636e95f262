import { type ApprovalUpdate, approvals, type UserApproval } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import type { Caller } from "../../http/caller.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalid, Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { statusColumns } from "../status.ts";
import { present, presentItem } from "../users/present.ts";
import * as users from "../users/store.ts";
import * as store from "./store.ts";

export const approvalRoom = room<typeof approvals, users.UserRow>(approvals, {
  /** Who never had to be approved is shown where users are, to who may read those. */
  load: async ({ tx, params, operation, lock }) => {
    const row = await users.find(tx, params.issuer_id, params.user_id, { lock });
    const isAsked = row && (row.status === "pending_approval" || row.approval !== null);
    return operation === "get" && !isAsked ? undefined : row;
  },
  operations: {
    list: async ({ tx, params, page }) =>
      toPage(await store.list(tx, params.issuer_id, page), page, (row) => [row.id], presentItem),

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const before = present(row);
      const approval = decidedBy(row, body, caller, now);
      if (!approval) {
        unchanged();
        return before;
      }
      const isNew = row.status === "pending_approval";
      const status = approval.status === "approved" ? "active" : "blocked";
      const told = { status_reason: approval.reason };
      const columns = { approval, ...(isNew && statusColumns(status, told, caller, now)) };
      const user = present(await users.update(tx, row, { ...columns, updated_at: nextStamp(now, row) }));
      emit(eventOf(isNew, approval), user, changesBetween(before, user));
      return user;
    },
  },
});

/**
 * The approval after the PATCH; undefined where it changes nothing.
 *
 * @throws {Problem} 409 where there is nothing to decide, 400 where a reason comes without its decision.
 */
const decidedBy = (row: users.UserRow, body: ApprovalUpdate, caller: Caller, now: number): UserApproval | undefined => {
  const { approval } = row;
  const { status, reason } = body;
  if (row.status === "pending_approval") {
    if (status) return { status, reason: reason ?? null, decided_at: now, decided_by: caller.id };
    if (reason === undefined) return undefined;
    throw invalid({ field: "status", code: "required", message: "is required where nothing is decided yet" });
  }
  if (!approval || approval.status === "pending") throw new Problem("conflict", "The user does not wait for approval.");
  if (status !== undefined && status !== approval.status) {
    throw new Problem("conflict", `The user has been ${approval.status} already.`);
  }
  return reason === undefined || reason === approval.reason ? undefined : { ...approval, reason };
};

const eventOf = (isNew: boolean, { status }: UserApproval) => {
  if (!isNew) return "user.updated";
  return status === "approved" ? "user.approval.approved" : "user.approval.rejected";
};
