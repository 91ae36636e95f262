import { type Organization, organizations } from "@authpi/schema";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { Problem } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import { countsOf } from "../purge.ts";
import { statusColumns } from "../status.ts";
import { present } from "./present.ts";
import { belowOrganization } from "./purge.ts";
import { changedSso, requireSsoHeld, requireSsoScopes } from "./sso.ts";
import * as store from "./store.ts";
import { changedValues, initialColumns } from "./values.ts";

export const organizationRoom = room<typeof organizations, store.OrganizationRow>(organizations, {
  load: ({ tx, params, lock, deps }) =>
    store.find(tx, params.issuer_id, params.org_id, { ...(lock && { lock: "update" }), now: deps.clock.now() }),
  operations: {
    list: async ({ tx, params, query, page, deps }) => {
      const rows = await store.list(tx, params.issuer_id, query, page, deps.clock.now());
      return toPage(rows, page, (row) => [row.id], present);
    },

    create: async ({ tx, params, parents, body, caller, deps, emit }) => {
      refuseRoot(params, deps);
      const now = deps.clock.now();
      const id = deps.ids.make("organization");
      const ids = { id, issuer_id: params.issuer_id, created_at: now, updated_at: now };
      const status = body.status && statusColumns(body.status, body, caller, now);
      const columns = initialColumns(body);
      requireSsoScopes(caller, { ...ids, ...columns }, parents, body.sso);
      const sso = body.sso && changedSso(deps, { ...ids, sso: columns.sso, sso_client_secret: null }, body.sso);
      const row = await store.insert(tx, { ...columns, ...sso, ...status, ...ids });
      const organization = present({ ...row, n_members: 0, n_api_keys: 0, n_pending_invitations: 0, sso_domains: [] });
      emit("organization.created", organization);
      return organization;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, params, parents, body, caller, deps, emit, unchanged }) => {
      if (Object.keys(body).join() !== "sso") refuseRoot(params, deps);
      const now = deps.clock.now();
      const sso = body.sso === undefined ? undefined : changedSso(deps, row, body.sso);
      const values = { ...changedValues(row, body), ...sso };
      requireSsoScopes(caller, { ...row, ...values }, parents, body.sso);
      if (sso) requireSsoHeld(caller, row, sso.sso);
      const status = body.status === row.status ? undefined : body.status;
      const state = status && statusColumns(status, body, caller, now);
      const before = present(row);
      // A new secret is a change that nobody is shown.
      const isSame = !sso || sso.sso_client_secret === row.sso_client_secret;
      if (isSame && !changesBetween(before, present({ ...row, ...values, ...state }))) {
        unchanged();
        return before;
      }
      const after = await store.update(tx, row, {
        ...values,
        ...state,
        updated_at: nextStamp(now, row),
      });
      const organization = present({ ...row, ...after });
      const changes = changesBetween(before, organization) ?? {};
      emit(status ? statusEvents[status] : changeEvent(before, organization, changes), organization, changes);
      return organization;
    },

    /** The mark makes everything below it 404 at once and stops its keys; the rest is a job's to clear away. */
    delete: async ({ tx, row, params, deps, emit }) => {
      refuseRoot(params, deps);
      const now = deps.clock.now();
      const place = { issuerId: params.issuer_id, orgId: row.id };
      const values = { deleted_at: now, updated_at: nextStamp(now, row) };
      const { counts } = await store.markDeleted(tx, row, values, countsOf(tx, belowOrganization(place)));
      await tx.enqueue("organizations.purge", { data: { accountId: tx.accountId, ...place } });
      emit("organization.deleted", present(row), undefined, { counts });
    },
  },
});

const statusEvents = { active: "organization.reactivated", suspended: "organization.suspended" } as const;

/** Single sign-on has events of its own, where nothing else changed with it. */
const changeEvent = ({ sso }: Organization, { sso: now }: Organization, changes: object) => {
  if (Object.keys(changes).some((field) => field !== "sso")) return "organization.updated";
  if (now.enabled === sso.enabled) return "organization.sso.updated";
  return now.enabled ? "organization.sso.enabled" : "organization.sso.disabled";
};

/** The organizations of the root issuer are the accounts: the operator makes and ends them. */
const refuseRoot = (params: { issuer_id: string }, deps: { rootIssuerId: string }): void => {
  if (params.issuer_id !== deps.rootIssuerId) return;
  throw new Problem(
    "denied",
    "An account's own organization is changed at /v1/accounts/{account_id}, but for its sso, and made by the operator.",
  );
};
