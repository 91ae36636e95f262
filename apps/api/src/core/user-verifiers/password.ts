import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normal } from "../../domain/passwords.ts";
import { invalid, invalidField } from "../../http/problem.ts";
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
