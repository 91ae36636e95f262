import { IssuerLinks, IssuerSettings, issuerLinksDefault, issuerSettingsDefault, issuers } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import { defined } from "../../domain/defined.ts";
import { merge, patched } from "../../domain/merge.ts";
import { changesBetween } from "../../events/append.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { room } from "../../http/room.ts";
import { makeSigningKeys } from "../../keys/signing-keys.ts";
import { countsOf } from "../purge.ts";
import { statusColumns } from "../status.ts";
import { initialAuthMethods } from "./auth-methods.ts";
import { present, presentItem } from "./present.ts";
import { belowIssuer } from "./purge.ts";
import * as store from "./store.ts";

export const issuerRoom = room<typeof issuers, store.IssuerRow>(issuers, {
  load: ({ tx, params, lock }) => store.find(tx, params.issuer_id, lock),
  operations: {
    list: async ({ tx, query, page }) =>
      toPage(await store.list(tx, query, page), page, (row) => [row.id], presentItem),

    create: async ({ tx, body, caller, deps, emit }) => {
      const now = deps.clock.now();
      const id = deps.ids.make("issuer");
      const status = body.status ?? "active";
      const row = await store.insert(
        tx,
        {
          id,
          name: body.name,
          description: body.description ?? null,
          links: jsonb(merge(IssuerLinks, issuerLinksDefault, body.links ?? {}, issuerLinksDefault)),
          available_scopes: body.available_scopes ?? [],
          settings: jsonb(merge(IssuerSettings, issuerSettingsDefault, body.settings ?? {}, issuerSettingsDefault)),
          metadata: jsonb(body.metadata ?? {}),
          ...(body.status && statusColumns(status, body, caller, now)),
          created_at: now,
          updated_at: now,
        },
        initialAuthMethods(deps, id, now),
        await makeSigningKeys(deps, id),
      );
      const issuer = present(row);
      emit("issuer.created", issuer);
      return issuer;
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, caller, deps, emit, unchanged }) => {
      const now = deps.clock.now();
      const values = defined({
        name: body.name,
        description: body.description,
        available_scopes: body.available_scopes === null ? [] : body.available_scopes,
        metadata: body.metadata === null ? {} : body.metadata,
        links: patched(IssuerLinks, row.links, body.links, issuerLinksDefault),
        settings: patched(IssuerSettings, row.settings, body.settings, issuerSettingsDefault),
      });
      const status = body.status === row.status ? undefined : body.status;
      const columns = { ...values, ...(status && statusColumns(status, body, caller, now)) };
      const before = present(row);
      if (!changesBetween(before, present({ ...row, ...columns }))) {
        unchanged();
        return before;
      }
      const issuer = present(await store.update(tx, row.id, { ...columns, updated_at: nextStamp(now, row) }));
      emit("issuer.updated", issuer, changesBetween(before, issuer));
      return issuer;
    },

    /** The mark makes everything below it 404 at once; what it leaves behind is a job's to clear away. */
    delete: async ({ tx, row, deps, emit }) => {
      const now = deps.clock.now();
      const place = { issuerId: row.id };
      const values = { deleted_at: now, updated_at: nextStamp(now, row) };
      const { counts } = await store.markDeleted(tx, row.id, values, countsOf(tx, belowIssuer(place)));
      await tx.enqueue("issuers.purge", { data: { accountId: tx.accountId, ...place } });
      emit("issuer.deleted", present(row), undefined, { counts });
    },
  },
});
