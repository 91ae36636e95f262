import { users } from "@authpi/schema";
import { isUniqueViolation } from "../../db/connect.ts";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import { changesBetween, type NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalidField, Problem } from "../../http/problem.ts";
import { type Language, languageOf } from "../../mail/language.ts";
import { clearWrong, countWrong } from "../credential-locks/locks.ts";
import { issueCode } from "../one-time-codes/issue.ts";
import { mailAsked, mailTold } from "../one-time-codes/mail.ts";
import { endOfUser as endCodes } from "../one-time-codes/store.ts";
import { useCode } from "../one-time-codes/use.ts";
import { findByIdentifier, mailAddressOf } from "./find-by-identifier.ts";
import { present } from "./present.ts";
import type { UserRow } from "./store.ts";
import * as store from "./store.ts";
import type { AddressProved } from "./verify-email.ts";

/** A user who is signed in, and the address that they want to have. */
export interface EmailChange {
  user: UserRow;
  address: string;
  flow: string;
  source: string | undefined;
  language: Language;
}

/**
 * Mails a code to the new address. Where that is another account's name, it gets a mail that says so instead, and the answer is the same.
 *
 * @throws {Problem} 400 where it is no address, or the present one; 429
 */
export const requestEmailChange = async (
  tx: Tx,
  deps: Deps,
  { user, flow, source, language, ...wanted }: EmailChange,
): Promise<{ events: NewEvent[] }> => {
  const address = normalizeUsername("email", wanted.address);
  if (address === undefined) throw invalidField("email", "is not a valid email address");
  const mail = mailAddressOf(user);
  if (mail?.address === address && mail.isProved) throw invalidField("email", "is the address already");
  const { issuer_id: issuerId, id: userId } = user;
  const holder = await holderOf(tx, user, address);
  const { id, code } = await issueCode(tx, deps, { issuerId, purpose: "change-email", address, userId, flow });
  const order = { issuerId, to: address, source, language: languageOf(user.profile.locale, language) };
  if (holder) await mailAsked(tx, deps, order, "account-exists", { username: holder.username });
  else await mailAsked(tx, deps, order, "change-email", { codeId: id, code });
  const facts = { new_email: address };
  return { events: [tell(tx, users, "user.email.change-requested", present(user), facts)] };
};

export type EmailChanged = AddressProved | { outcome: "taken"; events: NewEvent[] };

/** Makes it the user's address, and their name where the address before was that; the one before is told. The caller commits. */
export const confirmEmailChange = async (
  tx: Tx,
  deps: Deps,
  { user, flow, source, language, code, ...wanted }: EmailChange & { code: string },
): Promise<EmailChanged> => {
  const address = normalizeUsername("email", wanted.address) ?? wanted.address.slice(0, 254);
  const { issuer_id: issuerId } = user;
  const guarded = { issuerId, kind: "code" as const, identifier: `${user.id} ${address}`, source };
  const locked = await countWrong(tx, deps, guarded);
  if (locked) return { outcome: "locked", until: locked.until, events: [] };
  const row = await store.find(tx, issuerId, user.id, { lock: true });
  const use = await useCode(tx, deps, { issuerId, purpose: "change-email", address, flow, code });
  if (!row || use.outcome !== "right" || use.proved.userId !== user.id) {
    const failed = tell(tx, users, "user.verification.failed", present(user), { method: "email-code" });
    return { outcome: use.outcome === "right" ? "wrong" : use.outcome, events: [failed] };
  }
  await clearWrong(tx, deps, guarded);
  if (await holderOf(tx, row, address)) return { outcome: "taken", events: [] };
  return change(tx, deps, row, address, language);
};

const change = async (tx: Tx, deps: Deps, row: UserRow, address: string, language: Language): Promise<EmailChanged> => {
  const now = deps.clock.now();
  const before = mailAddressOf(row);
  const written = store.update(tx, row, {
    profile: { ...row.profile, email: address, email_verified: true },
    ...(row.username_type === "email" && { username: address }),
    updated_at: nextStamp(now, row),
  });
  const changed = await written.catch((error: unknown) => {
    throw isUniqueViolation(error) ? new Problem("conflict", "This username is taken.") : error;
  });
  await endCodes(tx, row);
  if (before && before.address !== address) {
    const order = { issuerId: row.issuer_id, to: before.address, language: languageOf(row.profile.locale, language) };
    await mailTold(tx, deps, order, "email-changed", { at: now, newAddress: hidden(address) });
  }
  const previous = changesBetween(present(row), present(changed));
  const event = tell(tx, users, "user.email.changed", present(changed), { previous });
  return { outcome: "right", user: changed, events: [event] };
};

/** Another user who has the address as a name, also one who is deleted: the name is taken for as long as the row is there. */
const holderOf = async (tx: Tx, user: UserRow, address: string): Promise<UserRow | undefined> => {
  if (user.username_type !== "email") return undefined;
  const holder = await findByIdentifier(tx, user.issuer_id, address, { lock: false, deleted: true });
  return holder && holder.id !== user.id && holder.username_type === "email" ? holder : undefined;
};

/** `ada@example.com` as `a…@example.com`. */
const hidden = (address: string): string => `${address.slice(0, 1)}…${address.slice(address.lastIndexOf("@"))}`;
