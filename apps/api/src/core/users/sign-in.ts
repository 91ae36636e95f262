import { users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { type Language, languageOf } from "../../mail/language.ts";
import { clearWrong, countWrong } from "../credential-locks/locks.ts";
import { issueCode, issueLink } from "../one-time-codes/issue.ts";
import { mailAsked } from "../one-time-codes/mail.ts";
import { type LinkUse, type Proved, peekLink, useCode, useLink } from "../one-time-codes/use.ts";
import { findByIdentifier, mailAddressOf } from "./find-by-identifier.ts";
import { present } from "./present.ts";
import { proveEmail } from "./prove-email.ts";
import { find, type UserRow } from "./store.ts";

/** Somebody at a page who names themselves. */
export interface Asking {
  issuerId: string;
  /** A username as it was typed. */
  identifier: string;
  /** The address that the request comes from. */
  source: string | undefined;
  /** The page's language; the user's own comes before it. */
  language: Language;
}
export type SignedIn =
  | { outcome: "right"; user: UserRow; events: NewEvent[] }
  /** Right, but the user is not active (`user.status`), and does not get in. */
  | { outcome: "refused"; user: UserRow; events: NewEvent[] }
  | { outcome: "wrong" | "expired" | "used" | "exhausted"; events: NewEvent[] }
  | { outcome: "locked"; until: number; events: NewEvent[] };

/** Mails a code to whom the identifier names. It answers the same, and does the same work, where that is nobody. @throws {RateLimited} 429 */
export const requestSignInCode = async (tx: Tx, deps: Deps, asking: Asking & { flow: string }): Promise<void> => {
  const { issuerId, flow } = asking;
  const named = await whomTheyName(tx, asking);
  const place = { issuerId, purpose: "sign-in" as const, address: named.address, userId: named.user?.id ?? null };
  const { id, code } = await issueCode(tx, deps, { ...place, flow });
  await mailAsked(tx, deps, orderOf(asking, named), "sign-in-code", { codeId: named.user ? id : null, code });
};

/** The same with a link, whose address `linkOf` makes of its token. */
export const requestSignInLink = async (
  tx: Tx,
  deps: Deps,
  asking: Asking & { linkOf: (token: string) => string },
): Promise<{ events: NewEvent[] }> => {
  const { issuerId, linkOf } = asking;
  const named = await whomTheyName(tx, asking);
  const place = { issuerId, purpose: "sign-in" as const, address: named.address, userId: named.user?.id ?? null };
  const { id, token } = await issueLink(tx, deps, place);
  await mailAsked(tx, deps, orderOf(asking, named), "sign-in-link", {
    codeId: named.user ? id : null,
    link: linkOf(token),
  });
  return { events: named.user ? [tell(tx, users, "user.login-link.requested", present(named.user))] : [] };
};

/** Signs in by a code: every attempt is counted for its source, and the caller commits whatever comes of it. */
export const signInByCode = async (
  tx: Tx,
  deps: Deps,
  { flow, code, ...asking }: Omit<Asking, "language"> & { flow: string; code: string; isTrusted?: boolean },
): Promise<SignedIn> => {
  const guarded = { ...asking, kind: "code" as const };
  const locked = await countWrong(tx, deps, guarded);
  if (locked) return { outcome: "locked", until: locked.until, events: [] };
  const { user: named, address } = await whomTheyName(tx, asking);
  // The user is locked before the code, here and wherever both are.
  const row = await find(tx, asking.issuerId, named?.id ?? "", { lock: true });
  const use = await useCode(tx, deps, { issuerId: asking.issuerId, purpose: "sign-in", address, flow, code });
  const method = { method: "email-code" };
  if (use.outcome !== "right" || !row || !isTheirs(row, use.proved)) {
    const outcome = use.outcome === "right" ? "wrong" : use.outcome;
    return { outcome, events: row ? [tell(tx, users, "user.verification.failed", present(row), method)] : [] };
  }
  await clearWrong(tx, deps, guarded);
  return letIn(tx, deps, row, address, (user) => tell(tx, users, "user.verification.succeeded", user, method));
};

/** Signs in by a link, which is used by it. */
export const signInByLink = async (
  tx: Tx,
  deps: Deps,
  { issuerId, token }: { issuerId: string; token: string },
): Promise<Exclude<SignedIn, { outcome: "locked" }>> => {
  const { row, use } = await useLinkOfUser(tx, deps, { issuerId, purpose: "sign-in", token });
  if (use.outcome !== "right") return { outcome: use.outcome === "unknown" ? "wrong" : use.outcome, events: [] };
  if (!row) return { outcome: "wrong", events: [] };
  const { address } = use.proved;
  return letIn(tx, deps, row, address, (user) => tell(tx, users, "user.login-link.consumed", user));
};

/** Uses a link, with the user whose it is locked before it; no user where its address is theirs no longer. */
export const useLinkOfUser = async (
  tx: Tx,
  deps: Deps,
  link: { issuerId: string; purpose: "sign-in" | "reset-password"; token: string },
): Promise<{ row: UserRow | undefined; use: LinkUse }> => {
  const seen = await peekLink(tx, deps, link);
  const userId = seen.outcome === "right" ? seen.proved.userId : null;
  const row = await find(tx, link.issuerId, userId ?? "", { lock: true });
  const use = await useLink(tx, deps, link);
  return { row: row && use.outcome === "right" && isTheirs(row, use.proved) ? row : undefined, use };
};

const isTheirs = (row: UserRow, { userId, address }: Proved): boolean =>
  row.id === userId && mailAddressOf(row)?.address === address;

const letIn = async (tx: Tx, deps: Deps, row: UserRow, address: string, event: (user: object) => NewEvent) => {
  const { user, events } = await proveEmail(tx, deps, row, { address, by: "mail" });
  const outcome = user.status === "active" ? ("right" as const) : ("refused" as const);
  return { outcome, user, events: [event(present(user)), ...events] };
};

interface Named {
  /** Undefined where it is nobody who gets mail. */
  user: UserRow | undefined;
  address: string;
}

/** Whom somebody names, and where mail to them goes. */
export const whomTheyName = async (
  tx: Tx,
  { issuerId, identifier }: Pick<Asking, "issuerId" | "identifier">,
): Promise<Named> => {
  const user = await findByIdentifier(tx, issuerId, identifier);
  const mail = user?.status === "active" ? mailAddressOf(user) : null;
  if (user && mail) return { user, address: mail.address };
  return { user: undefined, address: normalizeUsername("email", identifier) ?? identifier.slice(0, 254) };
};

export const orderOf = (
  { issuerId, source, language }: Omit<Asking, "identifier">,
  { user, address }: Named,
): Parameters<typeof mailAsked>[2] => ({
  issuerId,
  to: address,
  source,
  language: languageOf(user?.profile.locale, language),
});
