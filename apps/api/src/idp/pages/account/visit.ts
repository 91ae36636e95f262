import type { FastifyReply } from "fastify";
import type { Static } from "typebox";
import * as users from "../../../core/users/store.ts";
import type { Tx } from "../../../db/tx.ts";
import type { NewEvent } from "../../../events/append.ts";
import { notFound } from "../../../http/problem.ts";
import { currentSession, type OpSession } from "../../op-session.ts";
import { askerAt, type Runtime, record } from "../../runtime.ts";
import { definePage, type FormSchema, type PageContext, type PostContext } from "../page.ts";
import { type PortalProps, type Section, sections } from "../portal.ts";
import { toSignIn } from "../portal-sign-in.ts";
import { doneText } from "./done.ts";

export const accountPath = "/ui/account";

/** Somebody who is signed in, at a page of their own account. */
export interface Visit {
  runtime: Runtime;
  context: PageContext;
  session: OpSession;
  user: users.UserRow;
  /** The place of what is theirs. */
  place: { issuer_id: string; user_id: string };
  props: PortalProps;
  now: number;
}

interface AccountPage<Schema extends FormSchema> {
  /** Below `/ui/account`. */
  path: string;
  /** It gives away what outlives the session: who signed in a while ago signs in again first, be it to look at it or for its forms alone. */
  isSensitive?: boolean | "forms";
  form?: Schema;
  get?(visit: Visit): Promise<FastifyReply> | FastifyReply;
  post?(visit: Visit, form: Static<Schema>): Promise<FastifyReply> | FastifyReply;
}

const RECENT_MS = 10 * 60_000;

/** A page of the portal: whoever is not signed in does that first, and comes back to it. */
export const accountPage = <Schema extends FormSchema>(
  runtime: Runtime,
  { path, isSensitive = false, form, get, post }: AccountPage<Schema>,
) => {
  const here = `${accountPath}${path}` as const;
  // Forms have no page of their own where there is nothing to look at.
  const back = get ? here : accountPath;
  const visited = async (
    context: PageContext,
    isForm: boolean,
    then: (visit: Visit) => Promise<FastifyReply> | FastifyReply,
  ) => {
    if (!context.issuer.settings.portals.profile.enabled) throw notFound();
    const session = await currentSession(runtime, context.issuer, context.request, context.reply);
    if (!session) return toSignIn(context, back);
    const now = runtime.deps.clock.now();
    const isGuarded = isSensitive === true || (isSensitive === "forms" && isForm);
    if (isGuarded && now - session.loginAt * 1000 > RECENT_MS) return toSignIn(context, back, { prompt: "login" });
    const { id: issuer_id, accountId } = context.issuer;
    const place = { issuer_id, user_id: session.userId };
    const user = await runtime.database.transaction(accountId, (tx) =>
      users.find(tx, issuer_id, session.userId, { lock: false }),
    );
    if (user?.status !== "active") return toSignIn(context, back);
    return then({ runtime, context, session, user, place, now, props: propsOf(context, user) });
  };
  return definePage<Schema>({
    path: here,
    ...(form && { form }),
    ...(get && { get: (context: PageContext) => visited(context, false, get) }),
    ...(post && {
      post: ({ form: sent, ...context }: PostContext<Static<Schema>>) =>
        visited(context, true, (visit) => post(visit, sent)),
    }),
  });
};

/** What this issuer and this user have no use for. */
const withoutOf = ({ issuer }: PageContext, { security }: users.UserRow): readonly Section[] => {
  const { mfa, trusted_devices } = issuer.settings.security;
  const hasFactors = mfa !== "off" || security.totp_enrolled;
  return [
    ...(hasFactors ? [] : (["secondFactor"] as const)),
    ...(hasFactors && trusted_devices.enabled ? [] : (["devices"] as const)),
  ];
};

const propsOf = (context: PageContext, user: users.UserRow): PortalProps => ({
  csrf: context.csrf,
  base: context.to(accountPath),
  user: { name: nameOf(user.profile), identifier: user.username },
  zoneinfo: user.profile.zoneinfo,
  without: withoutOf(context, user),
  signOutAction: context.to(`${accountPath}/sign-out`),
  done: doneText(context.texts, context.query.done),
});

const nameOf = ({ display_name, first_name, last_name }: users.UserRow["profile"]): string | null =>
  display_name ?? ([first_name, last_name].filter(Boolean).join(" ") || null);

/** Reads in one transaction. */
export const reading = <T>({ runtime, context }: Visit, work: (tx: Tx) => Promise<T>): Promise<T> =>
  runtime.database.transaction(context.issuer.accountId, work);

/** A change in one transaction, with the events that it gives. */
export const changing = <T extends object>(visit: Visit, page: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  reading(visit, async (tx) => {
    const result = await work(tx);
    await record(tx, visit.runtime, askerAt(visit.context.request), whoOf(visit, page), eventsOf(result));
    return result;
  });

const eventsOf = (result: object): readonly NewEvent[] =>
  // What has events has a list of them: every rule that is shared with the Core API answers so.
  "events" in result ? (result.events as readonly NewEvent[]) : [];

export const whoOf = ({ session }: Visit, page: string) => ({
  trigger: `portal.${page}`,
  who: { type: "user" as const, user_id: session.userId },
});

/** Back to the section, which says what has been done. */
export const backTo = ({ context }: Visit, section: Section, done: string): FastifyReply =>
  context.redirect(`${accountPath}${sections[section]}?done=${done}`);
