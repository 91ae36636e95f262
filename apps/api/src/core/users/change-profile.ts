import { type User, users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { changesBetween, type NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { notFound } from "../../http/problem.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";
import { changedValues } from "./values.ts";

/** What of their profile users write themselves; an address and a number have to be shown to be theirs. */
export type OwnProfile = Pick<
  User["profile"],
  "first_name" | "last_name" | "display_name" | "picture_url" | "locale" | "zoneinfo"
>;

/** Users change their own profile: the values have been checked. */
export const changeProfile = async (
  tx: Tx,
  { clock }: Pick<Deps, "clock">,
  { issuer_id, user_id }: { issuer_id: string; user_id: string },
  profile: OwnProfile,
): Promise<{ events: NewEvent[] }> => {
  const row = await store.find(tx, issuer_id, user_id, { lock: true });
  if (!row) throw notFound();
  const values = changedValues(row, { profile });
  if (!changesBetween(present(row), present({ ...row, ...values }))) return { events: [] };
  const updated_at = nextStamp(clock.now(), row);
  const user = present(await store.update(tx, row, { ...values, updated_at }));
  const previous = changesBetween(present(row), user);
  return { events: [tell(tx, users, "user.updated", user, { previous })] };
};
