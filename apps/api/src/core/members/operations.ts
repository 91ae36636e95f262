import { members } from "@authpi/schema";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { type Caller, isOwnAccountKey, requireHeld } from "../../http/caller.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalid, invalidField, Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { type Catalogues, cataloguesOf, requireCatalogued } from "../catalogues.ts";
import { statusColumns } from "../status.ts";
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
      requireSomething(scopes, body.groups);
      requireGrantable(caller, { issuer_id, org_id, ...cataloguesOf(parents) }, scopes);
      const isRoot = issuer_id === deps.rootIssuerId;
      const exists = isRoot
        ? store.rootUserExists(tx, body.member_id)
        : store.userExists(tx, issuer_id, body.member_id);
      if (!(await exists)) {
        throw invalidField("member_id", "is not a user or an agent of this issuer");
      }
      const max = parents.organization?.max_members ?? null;
      if (max !== null && (await store.countLocked(tx, params)) >= max) {
        throw new Problem("conflict", `The organization has its max_members of ${max} already.`);
      }
      const now = deps.clock.now();
      const row = await store.insert(tx, {
        issuer_id,
        org_id,
        member_id: body.member_id,
        member_type: "user",
        scopes,
        user_title: body.user_title ?? null,
        metadata: body.metadata ?? {},
        ...(body.status && statusColumns(body.status, body, caller, now)),
        created_at: now,
        updated_at: now,
      });
      if (!row) throw new Problem("conflict", "It is a member of this organization already.");
      const member = present(row);
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
      requireSomething(scopes, body.groups);
      if (body.scopes || status === "active") {
        requireGrantable(caller, { ...row, ...cataloguesOf(parents) }, scopes);
      }
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...columns }))) {
        unchanged();
        return before;
      }
      const member = present(await store.update(tx, row, { ...columns, updated_at: nextStamp(now, row) }));
      emit("organization.membership.updated", member, changesBetween(before, member));
      return member;
    },

    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("organization.membership.deleted", present(row));
    },
  },
});

const requireSomething = (scopes: readonly string[], groups: readonly string[] | null = []): void => {
  if (groups && groups.length > 0) throw invalidField("groups.0", "is not a group of this organization");
  if (scopes.length === 0) throw invalid({ field: "scopes", code: "required", message: "or groups must not be empty" });
};

/** A member of an account never exceeds who adds it; elsewhere the catalogues bind. */
const requireGrantable = (caller: Caller, place: Catalogues & store.MemberPlace, scopes: readonly string[]): void => {
  if (isOwnAccountKey(caller, place)) requireHeld(caller, scopes);
  else requireCatalogued(place, "scopes", scopes);
};
