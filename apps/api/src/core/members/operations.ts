import { idPrefixes, members } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { cataloguesOf } from "../catalogues.ts";
import { statusColumns } from "../status.ts";
import { groupsOf, requireSomething } from "./choice.ts";
import { requireGrantable, requireGroupsGrantable } from "./grantable.ts";
import { enterGroups, leaveGroups, type MemberGroup } from "./groups.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

export const memberRoom = room<typeof members, store.MemberRow>(members, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.member_id, lock),
  operations: {
    list: async ({ tx, params, query, page }) =>
      toPage(await store.list(tx, params, query, page), page, (row) => [row.created_at, row.member_id], present),

    create: async ({ tx, params, parents, body, caller, deps, emit }) => {
      const { issuer_id, org_id } = params;
      const scopes = body.scopes ?? [];
      const groups = await groupsOf(tx, params, body.groups ?? []);
      requireSomething(scopes, groups);
      requireGrantable(caller, { issuer_id, org_id, ...cataloguesOf(parents) }, scopes);
      requireGroupsGrantable(caller, params, groups);
      const member_type = typeOf(body.member_id);
      const exists = await memberExists(tx, params, body.member_id, issuer_id === deps.rootIssuerId);
      if (!exists) throw invalidField("member_id", "is not a user or an agent of this issuer");
      const max = parents.organization?.max_members ?? null;
      if (max !== null && (await store.countLocked(tx, params)) >= max) {
        throw new Problem("conflict", `The organization has its max_members of ${max} already.`);
      }
      const now = deps.clock.now();
      const row = await store.insert(tx, {
        issuer_id,
        org_id,
        member_id: body.member_id,
        member_type,
        scopes,
        user_title: body.user_title ?? null,
        metadata: body.metadata ?? {},
        ...(body.status && statusColumns(body.status, body, caller, now)),
        created_at: now,
        updated_at: now,
      });
      if (!row) throw new Problem("conflict", "It is a member of this organization already.");
      await enterGroups(tx, row, idsOf(groups));
      const member = present({ ...row, groups });
      emit("organization.membership.created", member);
      return member;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, parents, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const status = body.status === row.status ? undefined : body.status;
      const columns = {
        ...defined({
          scopes: body.scopes === null ? [] : body.scopes,
          user_title: body.user_title,
          metadata: body.metadata === null ? {} : body.metadata,
        }),
        ...(status && statusColumns(status, body, caller, now)),
      };
      const scopes = columns.scopes ?? row.scopes;
      const groups = body.groups === undefined ? row.groups : await groupsOf(tx, row, body.groups ?? []);
      const entered = without(groups, row.groups);
      const left = without(row.groups, groups);
      if (body.scopes !== undefined || body.groups !== undefined) requireSomething(scopes, groups);
      if (body.scopes || status === "active") {
        requireGrantable(caller, { ...row, ...cataloguesOf(parents) }, scopes);
      }
      requireGroupsGrantable(caller, row, status === "active" ? groups : entered);
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...columns, groups }))) {
        unchanged();
        return before;
      }
      await leaveGroups(tx, row, idsOf(left));
      await enterGroups(tx, { ...row, created_at: now }, idsOf(entered));
      const written = await store.update(tx, row, { ...columns, updated_at: nextStamp(now, row) });
      const member = present({ ...written, groups });
      emit("organization.membership.updated", member, changesBetween(before, member));
      return member;
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("organization.membership.deleted", present(row));
    },
  },
});

const typeOf = (memberId: string) => (memberId.startsWith(`${idPrefixes.agent}_`) ? "agent" : "user");

/** The root issuer has no agents: nothing of the API makes one there. */
const memberExists = (tx: Tx, { issuer_id }: store.MemberPlace, id: string, isRoot: boolean): Promise<boolean> => {
  if (isRoot) return store.rootUserExists(tx, id);
  return typeOf(id) === "agent" ? store.agentExistsLocked(tx, issuer_id, id) : store.userExists(tx, issuer_id, id);
};

const idsOf = (groups: readonly MemberGroup[]): string[] => groups.map(({ id }) => id);
const without = (groups: readonly MemberGroup[], others: readonly MemberGroup[]): MemberGroup[] =>
  groups.filter(({ id }) => !others.some((other) => other.id === id));
