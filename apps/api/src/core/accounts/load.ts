import type { Tx } from "../../db/tx.ts";
import * as organizations from "../organizations/store.ts";
import type { WholeAccount } from "./present.ts";
import * as store from "./store.ts";

/** The account with all that it shows. A lock is the lock of its organization: there is one writer at a time. */
export const findAccount = async (
  tx: Tx,
  rootIssuerId: string,
  id: string,
  { lock, now }: { lock: boolean; now: number },
): Promise<WholeAccount | undefined> => {
  const orgId = store.orgIdOf(tx, id);
  if (lock && !(await organizations.lock(tx, rootIssuerId, orgId, "noKeyUpdate"))) return undefined;
  const row = await organizations.one(tx, rootIssuerId, orgId, now).select(store.beside(tx)).executeTakeFirst();
  if (!row) return undefined;
  const { beside, ...organization } = row;
  return { ...beside, organization, updated_at: organization.updated_at };
};
