import { organizations } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { statusColumns } from "../status.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";
import { changedValues, initialColumns } from "./values.ts";

export const organizationRoom = room<typeof organizations, store.OrganizationRow>(organizations, {
  load: ({ tx, params, lock }) => store.find(tx, params.issuer_id, params.org_id, lock),
  operations: {
    list: async ({ tx, params, query, page }) =>
      toPage(await store.list(tx, params.issuer_id, query, page), page, (row) => [row.id], present),

    create: async ({ tx, params, body, caller, deps, emit }) => {
      refuseRoot(params, deps);
      const now = deps.clock.now();
      const id = deps.ids.make("organization");
      const ids = { id, issuer_id: params.issuer_id, created_at: now, updated_at: now };
      const status = body.status && statusColumns(body.status, body, caller, now);
      const row = await store.insert(tx, { ...initialColumns(body), ...status, ...ids });
      const organization = present({ ...row, n_members: 0, n_api_keys: 0 });
      emit("organization.created", organization);
      return organization;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, params, body, caller, deps, emit, unchanged }) => {
      refuseRoot(params, deps);
      const now = deps.clock.now();
      const values = changedValues(row, body);
      const status = body.status === row.status ? undefined : body.status;
      const state = status && statusColumns(status, body, caller, now);
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...values, ...state }))) {
        unchanged();
        return before;
      }
      const after = await store.update(tx, row, {
        ...values,
        ...state,
        updated_at: nextStamp(now, row),
      });
      const organization = present({ ...row, ...after });
      emit(status ? statusEvents[status] : "organization.updated", organization, changesBetween(before, organization));
      return organization;
    },

    /** The mark makes everything below it 404 at once and stops its keys; the rest is a job's to clear away. */
    delete: async ({ tx, row, params, deps, emit }) => {
      refuseRoot(params, deps);
      const now = deps.clock.now();
      await store.update(tx, row, { deleted_at: now, updated_at: nextStamp(now, row) });
      emit("organization.deleted", present(row));
    },
  },
});

const statusEvents = { active: "organization.reactivated", suspended: "organization.suspended" } as const;

/** The organizations of the root issuer are the accounts: the operator makes and ends them. */
const refuseRoot = (params: { issuer_id: string }, deps: { rootIssuerId: string }): void => {
  if (params.issuer_id !== deps.rootIssuerId) return;
  throw new Problem(
    "denied",
    "An account's own organization is changed at /v1/accounts/{account_id}, and made by the operator.",
  );
};
