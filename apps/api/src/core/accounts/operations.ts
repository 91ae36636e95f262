import { accounts } from "@authpi/schema";
import { defined } from "../../domain/defined.ts";
import { changesBetween } from "../../events/append.ts";
import { accountsWith } from "../../http/caller.ts";
import { toPage } from "../../http/cursor.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField } from "../../http/problem.ts";
import { room } from "../../http/room.ts";
import * as organizations from "../organizations/store.ts";
import { findAccount, findAccounts } from "./load.ts";
import { present, type WholeAccount } from "./present.ts";
import * as store from "./store.ts";

export const accountRoom = room<typeof accounts, WholeAccount>(accounts, {
  load: ({ tx, params, lock, deps }) =>
    findAccount(tx, deps.rootIssuerId, params.account_id, { lock, now: deps.clock.now() }),
  operations: {
    /** A key acts on one account, a person's token on several. */
    list: async ({ tx, caller, page, deps }) => {
      const after = page.after?.[0];
      const ids = accountsWith(caller, "accounts:read")
        .map(({ accountId }) => accountId)
        .filter((id) => after === undefined || id < String(after))
        .sort()
        .reverse();
      const found = await findAccounts(tx, deps.rootIssuerId, ids.slice(0, page.limit + 1), deps.clock.now());
      return toPage(found, page, ({ account }) => [account.account_id], present);
    },

    get: ({ row }) => present(row),

    update: async ({ tx, row, body, deps, emit, unchanged }) => {
      const owner = body.owner_user_id;
      if (typeof owner === "string" && !(await store.hasMember(tx, row.organization.id, owner))) {
        throw invalidField("owner_user_id", "is not an active member of the account");
      }
      const values = defined({
        name: body.name,
        description: body.description,
        logo_url: body.logo_url,
        metadata: body.metadata === null ? {} : body.metadata,
      });
      const changed = {
        ...row,
        organization: { ...row.organization, ...values },
        account: { ...row.account, ...defined({ owner_user_id: owner }) },
      };
      const before = present(row);
      const changes = changesBetween(before, present(changed));
      if (!changes) {
        unchanged();
        return before;
      }
      const updated_at = nextStamp(deps.clock.now(), row);
      await organizations.update(tx, row.organization, { ...values, updated_at });
      if (owner !== undefined) await store.setOwner(tx, owner);
      const account = present({ ...changed, organization: { ...changed.organization, updated_at } });
      emit("account.updated", account, changes);
      return account;
    },
  },
});
