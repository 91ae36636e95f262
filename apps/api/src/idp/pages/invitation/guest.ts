import { type FoundInvitation, findByToken } from "../../../core/invitations/find-by-token.ts";
import { findByIdentifier } from "../../../core/users/find-by-identifier.ts";
import { find as findUser, type UserRow } from "../../../core/users/store.ts";
import type { Tx } from "../../../db/tx.ts";
import type { NewEvent } from "../../../events/append.ts";
import { currentSession, type OpSession } from "../../op-session.ts";
import { askerAt, type Runtime, record } from "../../runtime.ts";
import type { PageContext } from "../page.ts";

/** Who has opened an invitation's link. */
export interface Guest {
  runtime: Runtime;
  context: PageContext;
  link: { issuerId: string; token: string };
  /** The link's own path below the issuer. */
  path: string;
  /** Undefined where the token leads to none. */
  found: FoundInvitation | undefined;
  session: OpSession | undefined;
  /** Who is signed in in this browser. */
  user: UserRow | undefined;
  /** Who has the address that was invited. */
  account: UserRow | undefined;
}

export const guestOf = async (runtime: Runtime, context: PageContext): Promise<Guest> => {
  const { issuer, request, reply } = context;
  const { token = "" } = context.params;
  const link = { issuerId: issuer.id, token };
  const session = await currentSession(runtime, issuer, request, reply);
  const known = await runtime.database.transaction(issuer.accountId, async (tx) => {
    const found = await findByToken(tx, runtime.deps, link);
    if (!found) return { found: undefined, user: undefined, account: undefined };
    const user = session && (await findUser(tx, issuer.id, session.userId, { lock: false }));
    const account = await findByIdentifier(tx, issuer.id, found.row.email_invited);
    return { found, user: user?.status === "active" ? user : undefined, account };
  });
  return { runtime, context, link, path: `/ui/invitations/${encodeURIComponent(token)}`, session, ...known };
};

/** Work of the page in one transaction, with the events that it gives. */
export const within = <T extends { events: readonly NewEvent[] }>(
  { runtime, context }: Guest,
  trigger: string,
  userId: string | undefined,
  work: (tx: Tx) => Promise<T>,
): Promise<T> =>
  runtime.database.transaction(context.issuer.accountId, async (tx) => {
    const result = await work(tx);
    const id = userId ?? result.events.map(({ subject }) => subject.user_id).find((one) => one !== undefined);
    const who = { type: "user" as const, ...(id && { user_id: id }) };
    await record(tx, runtime, askerAt(context.request), { trigger, who }, result.events);
    return result;
  });
