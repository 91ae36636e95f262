import { type GroupMember, groupMembers } from "@authpi/schema";
import { toPage } from "../../http/cursor.ts";
import { notFound } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { requireGroupsGrantable } from "../members/grantable.ts";
import * as store from "./store.ts";

export const groupMemberRoom = room<typeof groupMembers, store.GroupMemberRow>(groupMembers, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.member_id, lock),
  operations: {
    list: async ({ tx, params, page }) => {
      const rows = await store.list(tx, params, page);
      if (rows.length === 0 && !(await store.groupExists(tx, params))) throw notFound();
      return toPage(rows, page, (row) => [row.created_at, row.member_id], present);
    },

    add: async ({ tx, params, row, caller, deps, emit, unchanged }) => {
      if (row) {
        unchanged();
        return present(row);
      }
      const { issuer_id, org_id, group_id, member_id } = params;
      const found = await store.findCandidate(tx, params, member_id);
      if (!found) throw notFound();
      requireGroupsGrantable(caller, params, [found]);
      const created_at = deps.clock.now();
      const entry = { account_id: tx.accountId, issuer_id, org_id, group_id, member_id, created_at };
      const member = present({ ...entry, member_type: found.member_type });
      if (await store.insert(tx, { issuer_id, org_id, group_id, member_id, created_at })) {
        emit("organization.group.member-added", member);
        return member;
      }
      unchanged();
      const meanwhile = await store.find(tx, params, member_id, true);
      return meanwhile ? present(meanwhile) : member;
    },

    remove: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("organization.group.member-removed", present(row));
    },
  },
});

const present = (row: store.GroupMemberRow): GroupMember => ({
  id: row.member_id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  group_id: row.group_id,
  member_id: row.member_id,
  member_type: row.member_type,
  created_at: row.created_at,
  updated_at: row.created_at,
});
