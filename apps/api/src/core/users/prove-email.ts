import { users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { changesBetween, type NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { endOfUser as endCodes } from "../one-time-codes/store.ts";
import { removeAll as removeDevices } from "../trusted-devices/store.ts";
import { endEnrollmentsOf, removeAll as removeVerifiers } from "../user-verifiers/store.ts";
import { endAccess } from "./end-access.ts";
import { mailAddressOf } from "./find-by-identifier.ts";
import { present } from "./present.ts";
import type { UserRow } from "./store.ts";
import * as store from "./store.ts";

export interface Proof {
  address: string;
  /**
   * `mail`: who reads the mail, and nothing else is known of them. `session`: the same person is signed in as the user, and types the
   * code there; what they sign in with stays.
   */
  by: "mail" | "session";
}

/**
 * Notes that somebody has shown the user's address to be theirs. Where nobody had before, whatever was set until then may be a stranger's,
 * who waited for the owner to come (pre-hijacking): it goes, and all that hangs off it. Does nothing for another address than the user's. The row
 * was found with its lock (`store.find`).
 */
export const proveEmail = async (
  tx: Tx,
  deps: Pick<Deps, "clock">,
  row: UserRow,
  { address, by }: Proof,
): Promise<{ user: UserRow; events: NewEvent[] }> => {
  const mail = mailAddressOf(row);
  if (!mail || mail.isProved || mail.address !== address) return { user: row, events: [] };
  const now = deps.clock.now();
  const ended = by === "mail" ? await endAllBefore(tx, row, now) : undefined;
  const profile = { ...row.profile, email: address, email_verified: true };
  const user = await store.update(tx, row, { profile, updated_at: nextStamp(now, row) });
  const previous = changesBetween(present(row), present(user));
  return { user, events: [tell(tx, users, "user.email.verified", present(user), { previous, ...ended })] };
};

const endAllBefore = async (tx: Tx, row: UserRow, now: number) => {
  const place = { issuer_id: row.issuer_id, user_id: row.id };
  const { counts } = await endAccess(tx, row, "The owner of the address has shown it to be theirs", row, now);
  const verifiers = await removeVerifiers(tx, place);
  await endEnrollmentsOf(tx, place);
  await endCodes(tx, row);
  const devices = await removeDevices(tx, place);
  return { counts: { ...counts, verifiers, trusted_devices: devices.length } };
};
