import { acceptInvitationAsNew } from "../../../core/invitations/accept.ts";
import { type PreparedPassword, preparedPassword } from "../../../core/user-verifiers/password.ts";
import { Problem } from "../../../http/problem.ts";
import { countAttempt } from "../count-attempt.ts";
import { minLengthOf, refusedPassword } from "../passwords.ts";
import { toSignIn } from "../portal-sign-in.ts";
import { type Guest, within } from "./guest.ts";
import { needsPassword, over, show, showOver } from "./show.ts";

/** Somebody without an account makes one by the invitation, and then signs in with it. */
export const acceptAsNew = async (guest: Guest, name: string, text: string | undefined) => {
  const { runtime, context, link, path, found } = guest;
  const { texts, issuer } = context;
  const { deps } = runtime;
  const display_name = name.trim();
  if (display_name === "") return show(guest, {}, { name: texts.errors.required });
  const values = { name: display_name };
  await countAttempt(runtime, context);
  let password: PreparedPassword | undefined;
  if (await needsPassword(guest)) {
    const min = minLengthOf(context);
    if (!text) return show(guest, values, { password: texts.errors.required });
    if ([...text].length < min) return show(guest, values, { password: texts.errors.passwordShort(min) });
    try {
      password = await preparedPassword(deps, text);
    } catch (cause) {
      if (!(cause instanceof Problem) || cause.kind !== "invalid") throw cause;
      return show(guest, values, { password: refusedPassword(context, cause) });
    }
  }
  const { links } = issuer;
  const agreed = links.terms_of_service !== null || links.privacy_policy !== null;
  const done = await within(guest, "invitation.accept", undefined, async (tx) => {
    const profile = { display_name };
    const acceptedAt = agreed ? deps.clock.now() : null;
    const accepted = await acceptInvitationAsNew(tx, deps, { ...link, profile, acceptedAt, password });
    return { ...accepted, events: "events" in accepted ? accepted.events : [] };
  });
  if (done.outcome === "full" || done.outcome === "suspended") return showOver(guest, over[done.outcome]);
  if (done.outcome === "refused") throw new Problem("denied", "The issuer takes nobody.");
  if (done.outcome !== "accepted") return context.redirect(path);
  return toSignIn(context, path, { login_hint: found?.row.email_invited });
};
