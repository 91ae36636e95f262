import type { Tx } from "../../db/tx.ts";
import type { OrganizationRow } from "../organizations/store.ts";
import * as organizations from "../organizations/store.ts";
import type { WholeAccount } from "./present.ts";
import type { Beside } from "./store.ts";
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
  return row && whole(row);
};

/** The accounts of these ids that there are, the newest first. */
export const findAccounts = async (
  tx: Tx,
  rootIssuerId: string,
  ids: readonly string[],
  now: number,
): Promise<WholeAccount[]> => {
  const reading = await tx.readingAccounts(ids);
  const rows = await organizations
    .several(reading, rootIssuerId, store.orgIdsOf(reading), now)
    .select(store.beside(reading))
    .execute();
  return rows.map(whole).sort((one, other) => (one.account.account_id < other.account.account_id ? 1 : -1));
};

const whole = ({ beside, ...organization }: OrganizationRow & { beside: Beside }): WholeAccount => ({
  ...beside,
  organization,
  updated_at: organization.updated_at,
});
