import { users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import type { Language } from "../../mail/language.ts";
import { issueLink } from "../one-time-codes/issue.ts";
import { mailAsked } from "../one-time-codes/mail.ts";
import type { LinkUse } from "../one-time-codes/use.ts";
import { endSessionsOf } from "../users/end-access.ts";
import { mailPasswordChanged } from "../users/notices.ts";
import { present as presentUser } from "../users/present.ts";
import { proveEmail } from "../users/prove-email.ts";
import { type Asking, orderOf, useLinkOfUser, whomTheyName } from "../users/sign-in.ts";
import type { UserRow } from "../users/store.ts";
import { type PreparedPassword, setPassword } from "./password.ts";

/**
 * Mails a link with which a new password is set, whether there was one or not. It answers the same, and does the same work, where the
 * identifier names nobody. The link's address is what `linkOf` makes of its token.
 *
 * @throws {RateLimited} 429
 */
export const requestPasswordReset = async (
  tx: Tx,
  deps: Deps,
  asking: Asking & { linkOf: (token: string) => string },
): Promise<{ events: NewEvent[] }> => {
  const { issuerId, linkOf } = asking;
  const { user, address } = await whomTheyName(tx, asking);
  const wanted = { issuerId, purpose: "reset-password" as const, address, userId: user?.id ?? null };
  const { id, token } = await issueLink(tx, deps, wanted);
  const mail = { codeId: user ? id : null, link: linkOf(token) };
  await mailAsked(tx, deps, orderOf(asking, { user, address }), "reset-password", mail);
  return { events: user ? [tell(tx, users, "user.password.reset-requested", presentUser(user))] : [] };
};

export type PasswordReset =
  | { outcome: "right"; user: UserRow; events: NewEvent[] }
  | { outcome: Exclude<LinkUse["outcome"], "right">; events: NewEvent[] };

/**
 * Sets the password by the link, which is used by it; whoever was signed in is no longer. A password that is too short for the issuer leaves
 * the link as it was: the caller's transaction ends with the 400.
 *
 * @throws {Problem} 400
 */
export const resetPassword = async (
  tx: Tx,
  deps: Deps,
  {
    issuerId,
    token,
    password,
    language,
  }: { issuerId: string; token: string; password: PreparedPassword; language: Language },
): Promise<PasswordReset> => {
  const { row, use } = await useLinkOfUser(tx, deps, { issuerId, purpose: "reset-password", token });
  if (use.outcome !== "right") return { outcome: use.outcome, events: [] };
  if (row?.status !== "active") return { outcome: "unknown", events: [] };
  const { user, events: proof } = await proveEmail(tx, deps, row, { address: use.proved.address, by: "mail" });
  const set = await setPassword({ tx, deps }, user, password, "user.password.reset");
  const ended = await endSessionsOf(tx, user, "The password was reset", user, deps.clock.now());
  await mailPasswordChanged(tx, deps, user, language);
  const events = set.events.map((event) => ({ ...event, data: { ...event.data, ...ended } }));
  return { outcome: "right", user, events: [...proof, ...events] };
};
