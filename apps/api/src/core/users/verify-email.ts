import { users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { clearWrong, countWrong } from "../credential-locks/locks.ts";
import { issueCode } from "../one-time-codes/issue.ts";
import { mailAsked } from "../one-time-codes/mail.ts";
import { useCode } from "../one-time-codes/use.ts";
import { mailAddressOf } from "./find-by-identifier.ts";
import { present } from "./present.ts";
import { proveEmail } from "./prove-email.ts";
import { type Asking, orderOf } from "./sign-in.ts";
import { find, type UserRow } from "./store.ts";

/** A user who is signed in, or about to be. */
type Doing = Omit<Asking, "identifier" | "issuerId"> & { user: UserRow; flow: string };
export type CodeOutcome = "right" | "wrong" | "expired" | "used" | "exhausted";
export type AddressProved =
  | { outcome: "right"; user: UserRow; events: NewEvent[] }
  | { outcome: Exclude<CodeOutcome, "right">; events: NewEvent[] }
  | { outcome: "locked"; until: number; events: NewEvent[] };

/** Mails the code with which the user's own address is verified. @throws {RateLimited} 429 */
export const requestVerification = async (
  tx: Tx,
  deps: Deps,
  { user, flow, ...asking }: Doing,
): Promise<{ outcome: "sent"; address: string } | { outcome: "proved" | "no-address" }> => {
  const mail = mailAddressOf(user);
  if (!mail) return { outcome: "no-address" };
  if (mail.isProved) return { outcome: "proved" };
  const { issuer_id: issuerId, id: userId } = user;
  const wanted = { issuerId, purpose: "verify-email" as const, address: mail.address, userId, flow };
  const { id, code } = await issueCode(tx, deps, wanted);
  const order = orderOf({ ...asking, issuerId }, { user, address: mail.address });
  await mailAsked(tx, deps, order, "verify-email", { codeId: id, code });
  return { outcome: "sent", address: mail.address };
};

/** Verifies it by the code; the caller commits whatever comes of it. `by` says whether the user is signed in. */
export const verifyEmail = async (
  tx: Tx,
  deps: Deps,
  { user, flow, code, source, by }: Omit<Doing, "language"> & { code: string; by: "mail" | "session" },
): Promise<AddressProved> => {
  const address = mailAddressOf(user)?.address ?? "";
  const guarded = { issuerId: user.issuer_id, kind: "code" as const, identifier: address, source };
  const locked = await countWrong(tx, deps, guarded);
  if (locked) return { outcome: "locked", until: locked.until, events: [] };
  const row = await find(tx, user.issuer_id, user.id, { lock: true });
  const use = await useCode(tx, deps, { issuerId: user.issuer_id, purpose: "verify-email", address, flow, code });
  if (!row || use.outcome !== "right" || use.proved.userId !== user.id) {
    const outcome = use.outcome === "right" ? "wrong" : use.outcome;
    return { outcome, events: [tell(tx, users, "user.verification.failed", present(user), { method: "email-code" })] };
  }
  await clearWrong(tx, deps, guarded);
  return { outcome: "right", ...(await proveEmail(tx, deps, row, { address, by })) };
};
