import * as issuers from "../core/issuers/purge.ts";
import * as organizations from "../core/organizations/purge.ts";
import { type Below, clearBatch } from "../core/purge.ts";
import * as users from "../core/users/purge.ts";
import type { Tx } from "../db/tx.ts";
import type { JobContext, JobHandler } from "./job.ts";

/** What a purge takes away, all of it in one account. */
export interface Purge {
  accountId: string;
  /** Whether there is anything to do. */
  isDeleted(tx: Tx): Promise<boolean>;
  below: readonly Below[];
  /** Removes the thing itself, last: until then a purge that broke off finds what it has to do. */
  remove(tx: Tx): Promise<void>;
  /** Puts the same job in again. */
  again(tx: Tx): Promise<void>;
}

/** Rows of a transaction, and full transactions of a job: no deletion is too large, and none keeps others waiting. */
const usual = { rows: 1000, batches: 1000 };

/** Every batch is a transaction of its own and stays done: run anew after a crash, the purge goes on where it was. */
export const purge = async (
  { accountId, isDeleted, below, remove, again }: Purge,
  { database, signal }: Pick<JobContext, "database" | "signal">,
  { rows, batches } = usual,
): Promise<void> => {
  const step = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    return database.transaction(accountId, work);
  };
  if (!(await step(isDeleted))) return;
  let left = batches;
  for (const part of below) {
    while ((await step((tx) => clearBatch(tx, part, rows))) === rows) {
      left--;
      if (left === 0) return step(again);
    }
  }
  await step(remove);
};

export const organizationsPurge: JobHandler<"organizations.purge"> = (data, context) =>
  purge(
    {
      accountId: data.accountId,
      isDeleted: (tx) => organizations.isDeleted(tx, data),
      below: organizations.belowOrganization(data),
      remove: (tx) => organizations.remove(tx, data),
      again: (tx) => tx.enqueue("organizations.purge", { data }),
    },
    context,
  );

export const issuersPurge: JobHandler<"issuers.purge"> = (data, context) =>
  purge(
    {
      accountId: data.accountId,
      isDeleted: (tx) => issuers.isDeleted(tx, data),
      below: issuers.belowIssuer(data),
      remove: (tx) => issuers.remove(tx, data),
      again: (tx) => tx.enqueue("issuers.purge", { data }),
    },
    context,
  );

/** @throws where it is too early: a clock that is wrong must not cost anybody's data, and a later try finds the right time. */
export const usersPurge: JobHandler<"users.purge"> = async (data, context) => {
  if (context.deps.clock.now() < data.deletedAt + users.restorableMs)
    throw new Error("It can still be restored: the database's clock is ahead of this server's.");
  await purge(
    {
      accountId: data.accountId,
      isDeleted: (tx) => users.isStillDeleted(tx, data),
      below: users.belowUser(data),
      remove: (tx) => users.remove(tx, data),
      again: (tx) => tx.enqueue("users.purge", { data }),
    },
    context,
  );
};
