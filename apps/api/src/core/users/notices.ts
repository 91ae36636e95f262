import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { type Language, languageOf } from "../../mail/language.ts";
import type { NewSignInMail } from "../../mail/templates/notices.ts";
import { mailTold } from "../one-time-codes/mail.ts";
import { mailAddressOf } from "./find-by-identifier.ts";
import type { UserRow } from "./store.ts";

/** Tells the user, where there is an address, that their password is another one. */
export const mailPasswordChanged = async (tx: Tx, deps: Deps, user: UserRow, language: Language): Promise<void> => {
  const order = orderTo(user, language);
  if (order) await mailTold(tx, deps, order, "password-changed", { at: deps.clock.now() });
};

/** Tells the user, where there is an address, that somebody has signed in from a device that was not known. */
export const mailNewSignIn = async (
  tx: Tx,
  deps: Deps,
  user: UserRow,
  { language, ...from }: Omit<NewSignInMail, "at"> & { language: Language },
): Promise<void> => {
  const order = orderTo(user, language);
  if (order) await mailTold(tx, deps, order, "new-sign-in", { ...from, at: deps.clock.now() });
};

const orderTo = (user: UserRow, language: Language) => {
  const mail = mailAddressOf(user);
  return mail && { issuerId: user.issuer_id, to: mail.address, language: languageOf(user.profile.locale, language) };
};
