import { groups } from "@authpi/schema";
import { isUniqueViolation } from "../../db/connect.ts";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { cataloguesOf } from "../catalogues.ts";
import { requireGrantable } from "../members/grantable.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

export const groupRoom = room<typeof groups, store.GroupRow>(groups, {
  load: ({ tx, params, lock }) => store.find(tx, params, params.group_id, lock),
  operations: {
    list: async ({ tx, params, page }) => toPage(await store.list(tx, params, page), page, (row) => [row.id], present),

    create: async ({ tx, params, parents, body, caller, deps, emit }) => {
      const { issuer_id, org_id } = params;
      const scopes = body.scopes ?? [];
      requireGrantable(caller, { issuer_id, org_id, ...cataloguesOf(parents) }, scopes);
      const now = deps.clock.now();
      const row = await store.insert(tx, {
        id: deps.ids.make("group"),
        issuer_id,
        org_id,
        name: body.name,
        description: body.description ?? null,
        scopes,
        metadata: body.metadata ?? {},
        created_at: now,
        updated_at: now,
      });
      if (!row) throw taken();
      const group = present({ ...row, n_members: 0 });
      emit("organization.group.created", group);
      return group;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, parents, body, caller, deps, emit, unchanged }) => {
      const columns = defined({
        name: body.name,
        description: body.description,
        scopes: body.scopes === null ? [] : body.scopes,
        metadata: body.metadata === null ? {} : body.metadata,
      });
      if (columns.scopes) requireGrantable(caller, { ...row, ...cataloguesOf(parents) }, columns.scopes);
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...columns }))) {
        unchanged();
        return before;
      }
      const written = store.update(tx, row, { ...columns, updated_at: nextStamp(deps.clock.now(), row) });
      const group = present({ ...row, ...(await written.catch(refuseTaken)) });
      emit("organization.group.updated", group, changesBetween(before, group));
      return group;
    },

    /** What it gave is gone with it: memberships read their groups' scopes, and keep no copy. */
    delete: async ({ tx, row, emit }) => {
      await store.remove(tx, row);
      emit("organization.group.deleted", present(row));
    },
  },
});

const taken = () => new Problem("conflict", "A group of this organization has this name.");
const refuseTaken = (error: unknown): never => {
  throw isUniqueViolation(error) ? taken() : error;
};
