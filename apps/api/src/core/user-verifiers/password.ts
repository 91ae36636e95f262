import { type UserVerifier, userVerifiers } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normal } from "../../domain/passwords.ts";
import { changesBetween, type NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { invalid, invalidField, notFound } from "../../http/problem.ts";
import { endOfUser as endCodes } from "../one-time-codes/store.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** What can be known of a password, and made of it, before its issuer is. */
export interface PreparedPassword {
  hash: string;
  length: number;
}

/** @throws {Problem} 400 where nobody may have it. */
export const preparedPassword = async (
  { passwords }: Pick<Deps, "passwords">,
  password: string | null | undefined,
): Promise<PreparedPassword | undefined> => {
  if (password === undefined || password === null) return undefined;
  const length = [...normal(password)].length;
  if (length < LENGTH_MIN) throw tooShort(LENGTH_MIN);
  if (await passwords.isCommon(password)) throw invalidField("password", "is one that everybody tries first");
  return { hash: await passwords.hash(password), length };
};
const LENGTH_MIN = 8;

/** @throws {Problem} 400 where the issuer asks for a longer one. */
export const requireLength = async (tx: Tx, issuerId: string, { length }: PreparedPassword): Promise<void> => {
  const min = await store.passwordLengthMin(tx, issuerId);
  if (length < min) throw tooShort(min);
};
const tooShort = (min: number) =>
  invalid({ field: "password", code: "too_short", message: `must have at least ${min} characters` });

/** The user's password; undefined where there is one already. */
export const givePassword = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "ids" | "clock"> },
  user: { id: string; issuer_id: string },
  password: PreparedPassword,
  name = "Password",
): Promise<store.VerifierRow | undefined> => {
  await requireLength(tx, user.issuer_id, password);
  const now = deps.clock.now();
  return store.insert(tx, {
    id: deps.ids.make("verifier"),
    issuer_id: user.issuer_id,
    user_id: user.id,
    type: "password",
    name,
    password_hash: password.hash,
    created_at: now,
    updated_at: now,
  });
};

/**
 * Gives the user a password, or another one, as `told`: a change that the user made, or a reset.
 *
 * @throws {Problem} 400 where the issuer asks for a longer one.
 */
export const setPassword = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "ids" | "clock"> },
  user: { id: string; issuer_id: string },
  password: PreparedPassword,
  told: "user.password.changed" | "user.password.reset" = "user.password.changed",
): Promise<{ verifier: UserVerifier; isNew: boolean; events: NewEvent[] }> => {
  const now = deps.clock.now();
  const place = { issuer_id: user.issuer_id, user_id: user.id };
  // Behind the user's lock, so that nobody gives one in between.
  if (!(await store.findUser(tx, place, true))) throw notFound();
  const row = await store.findPassword(tx, place, true);
  // A link that was asked for before is no way to set yet another one.
  await endCodes(tx, user);
  if (row) {
    await requireLength(tx, user.issuer_id, password);
    const written = await store.update(tx, row, { password_hash: password.hash, updated_at: nextStamp(now, row) });
    const verifier = present(written, now);
    const previous = changesBetween(present(row, now), verifier) ?? {};
    return { verifier, isNew: false, events: [tell(tx, userVerifiers, told, verifier, { previous })] };
  }
  const made = await givePassword({ tx, deps }, user, password);
  if (!made) throw new Error("Somebody gave the user a password past the user's lock.");
  const verifier = present(made, now);
  const type = told === "user.password.reset" ? told : "user.verifier.created";
  return { verifier, isNew: true, events: [tell(tx, userVerifiers, type, verifier)] };
};
