import { users, userVerifiers } from "@authpi/schema";
import type { Database } from "../../db/open.ts";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { clearWrong, countWrong, type Guarded, type Locked, uncount } from "../credential-locks/locks.ts";
import { findByIdentifier } from "../users/find-by-identifier.ts";
import { present as presentUser } from "../users/present.ts";
import { find as findUser, type UserRow } from "../users/store.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** A password that is about to be looked at. */
export interface PasswordCheck {
  guarded: Guarded;
  /** Undefined where nobody has the name. */
  user: { id: string; issuer_id: string } | undefined;
  /** Undefined where there is none to compare with: comparing takes as long. */
  hash: string | undefined;
}
export type PasswordOutcome =
  | { outcome: "right"; user: UserRow; events: NewEvent[] }
  /** The password is right, but the user is not active (`user.status`), and does not get in. */
  | { outcome: "refused"; user: UserRow; events: NewEvent[] }
  | { outcome: "wrong"; events: NewEvent[] };

interface Place {
  database: Pick<Database, "transaction">;
  deps: Pick<Deps, "clock" | "secrets" | "passwords">;
  accountId: string;
}

/**
 * Checks a password that somebody typed, in two transactions with the slow part between them; `settle` is given what came of it, and
 * does the rest in the second one: it appends the events, begins a session.
 *
 * @throws {Overloaded} where too many passwords wait already (503); the attempt is not counted then.
 * @example
 * const done = await checkPassword({ database, deps, accountId }, { issuerId, identifier, source }, password, settle);
 * if ("until" in done) return lockedPage(done.until);
 */
export const checkPassword = async <T extends object>(
  { database, deps, accountId }: Place,
  given: Omit<Guarded, "kind">,
  password: string,
  settle: (tx: Tx, result: PasswordOutcome) => Promise<T>,
): Promise<T | Locked> => {
  const check = await database.transaction(accountId, (tx) => beginPasswordCheck(tx, deps, given));
  if ("until" in check) return check;
  const isRight = await deps.passwords.verify(check.hash, password).catch(async (error: unknown) => {
    await database.transaction(accountId, (tx) => uncount(tx, deps, check.guarded));
    throw error;
  });
  return database.transaction(accountId, async (tx) => settle(tx, await endPasswordCheck(tx, deps, check, isRight)));
};

/** The part before: it counts the attempt, so that no number of them run side by side, and finds what to compare with. The caller commits. */
export const beginPasswordCheck = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "secrets">,
  given: Omit<Guarded, "kind">,
): Promise<PasswordCheck | Locked> => {
  const guarded = { ...given, kind: "password" as const };
  const locked = await countWrong(tx, deps, guarded);
  if (locked) return locked;
  const user = await findByIdentifier(tx, given.issuerId, given.identifier);
  const row = await store.findPassword(tx, { issuer_id: given.issuerId, user_id: user?.id ?? "" }, false);
  return {
    guarded,
    user: user && { id: user.id, issuer_id: user.issuer_id },
    hash: row?.password_hash ?? undefined,
  };
};

/** The part behind: a password that was replaced meanwhile is wrong. */
export const endPasswordCheck = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "secrets">,
  { guarded, user: found, hash }: PasswordCheck,
  isRight: boolean,
): Promise<PasswordOutcome> => {
  const now = deps.clock.now();
  const place = { issuer_id: guarded.issuerId, user_id: found?.id ?? "" };
  const row = await store.findPassword(tx, place, true);
  const user = await findUser(tx, guarded.issuerId, place.user_id, { lock: false });
  if (!user || !row || !isRight || row.password_hash !== hash) {
    const method = { method: "password" };
    if (!user) return { outcome: "wrong", events: [] };
    const failed = "user.verification.failed";
    const event = row
      ? tell(tx, userVerifiers, failed, present(row, now), method)
      : tell(tx, users, failed, presentUser(user), method);
    return { outcome: "wrong", events: [event] };
  }
  await clearWrong(tx, deps, guarded);
  const used = await store.update(tx, row, { usage_count: row.usage_count + 1, last_used_at: now });
  const event = tell(tx, userVerifiers, "user.verification.succeeded", present(used, now), { method: "password" });
  return { outcome: user.status === "active" ? "right" : "refused", user, events: [event] };
};
