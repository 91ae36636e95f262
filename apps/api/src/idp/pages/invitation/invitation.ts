import { Type } from "typebox";
import { acceptInvitation } from "../../../core/invitations/accept.ts";
import { isInvited } from "../../../core/invitations/answerable.ts";
import { declineInvitation } from "../../../core/invitations/decline.ts";
import { endSession } from "../../op-session.ts";
import type { Runtime } from "../../runtime.ts";
import { definePage } from "../page.ts";
import { toSignIn } from "../portal-sign-in.ts";
import { acceptAsNew } from "./as-new.ts";
import { type Guest, guestOf, within } from "./guest.ts";
import { over, show, showOver } from "./show.ts";

const form = Type.Object({
  decision: Type.Optional(Type.Enum(["accept", "decline"])),
  name: Type.Optional(Type.String({ maxLength: 200 })),
  password: Type.Optional(Type.String({ maxLength: 1024 })),
});

/** What the link of an invitation's mail opens. A look changes nothing: mail scanners follow links. */
export const invitationPage = (runtime: Runtime) =>
  definePage({
    path: "/ui/invitations/:token",
    form,
    get: async (context) => show(await guestOf(runtime, context)),
    post: async ({ form: given, ...context }) => {
      const guest = await guestOf(runtime, context);
      const { found, user, account } = guest;
      if (given.decision === "decline") return decline(guest);
      if (found?.state !== "pending") return show(guest);
      if (given.decision === "accept") return user ? accept(guest, user.id) : signIn(guest);
      // A form of its own, without a field: whoever is signed in makes room for the invited.
      if (user && given.name === undefined && !isInvited(user, found.row)) return makeRoom(guest);
      if (user) return show(guest);
      return account || given.name === undefined ? signIn(guest) : acceptAsNew(guest, given.name, given.password);
    },
  });

/** Where a POST declines, from a page whose own form does something else. */
export const declinePage = (runtime: Runtime) =>
  definePage({
    path: "/ui/invitations/:token/decline",
    get: ({ params, redirect }) => redirect(`/ui/invitations/${encodeURIComponent(params.token ?? "")}`),
    post: async ({ form: _, ...context }) => decline(await guestOf(runtime, context)),
  });

const accept = async (guest: Guest, userId: string) => {
  const { runtime, context, link } = guest;
  const done = await within(guest, "invitation.accept", userId, async (tx) => {
    const accepted = await acceptInvitation(tx, runtime.deps, { ...link, userId });
    return { ...accepted, events: "events" in accepted ? accepted.events : [] };
  });
  if (done.outcome === "full" || done.outcome === "suspended") return showOver(guest, over[done.outcome]);
  // Whatever it is by now, the page says.
  return context.redirect(guest.path);
};

const decline = async (guest: Guest) => {
  const { runtime, context, link, user } = guest;
  await within(guest, "invitation.decline", user?.id, async (tx) => {
    const declined = await declineInvitation(tx, runtime.deps, { ...link, userId: user?.id });
    return { ...declined, events: "events" in declined ? declined.events : [] };
  });
  return context.redirect(guest.path);
};

const makeRoom = async (guest: Guest) => {
  const { runtime, context, session, account } = guest;
  const { issuer, request, reply } = context;
  if (session) await endSession(runtime, issuer, request, reply, session, { trigger: "invitation" });
  return account ? signIn(guest) : context.redirect(guest.path);
};

const signIn = ({ context, path, found }: Guest) => toSignIn(context, path, { login_hint: found?.row.email_invited });
