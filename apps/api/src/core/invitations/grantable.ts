import type { Tx } from "../../db/tx.ts";
import type { Caller } from "../../http/caller.ts";
import { requireGroupsGrantable } from "../members/grantable.ts";
import { findGroups } from "../members/groups.ts";
import type { InvitationRow } from "./store.ts";

/** Who lengthens an invitation into the account, or makes a new link to it, gives what it gives. */
export const requireStillGrantable = async (tx: Tx, caller: Caller, row: InvitationRow): Promise<void> => {
  const groups = row.groups.length > 0 ? await findGroups(tx, row, row.groups) : [];
  requireGroupsGrantable(caller, row, [{ scopes: row.scopes }, ...groups]);
};
