import type { Tx } from "../../db/tx.ts";
import { notFound } from "../../http/problem.ts";
import * as store from "./store.ts";

/** The user whose things a path is about; a lock keeps one from being made while the user is deleted. */
export const requireUser = async (
  tx: Tx,
  { issuer_id, user_id }: { issuer_id: string; user_id: string },
  lock: boolean,
): Promise<store.UserRow> => {
  const user = await store.find(tx, issuer_id, user_id, { lock });
  if (!user) throw notFound();
  return user;
};
