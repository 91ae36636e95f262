import { members } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { notFound, Problem } from "../../http/problem.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** Whoever owns the account stays: nobody else could look after it. */
export const ownerOf = async (tx: Tx): Promise<string | null> => {
  const account = await tx.from("accounts").select("owner_user_id").executeTakeFirst();
  return account?.owner_user_id ?? null;
};

/**
 * A user ends their own membership.
 *
 * @throws {Problem} 404 where they have none; 409 where they own the account
 */
export const leaveOrganization = async (
  tx: Tx,
  place: store.MemberPlace,
  userId: string,
): Promise<{ events: NewEvent[] }> => {
  const row = await store.find(tx, place, userId, true);
  if (!row) throw notFound();
  if ((await ownerOf(tx)) === userId) throw new Problem("conflict", "The owner of the account cannot leave.");
  await store.remove(tx, row);
  return { events: [tell(tx, members, "organization.membership.deleted", present(row))] };
};
