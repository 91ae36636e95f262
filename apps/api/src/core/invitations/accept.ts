import { invitations, type Member, members } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { changesBetween } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { nextStamp } from "../../http/etag.ts";
import { enterGroups, findGroups, type MemberGroup } from "../members/groups.ts";
import { present as presentMember } from "../members/present.ts";
import * as memberStore from "../members/store.ts";
import { proveEmail } from "../users/prove-email.ts";
import { type SignUp, type SignUpRefusal, signUp } from "../users/sign-up.ts";
import { find as findUser, type UserRow } from "../users/store.ts";
import { findLocked, type InvitationLink, isInvited } from "./answerable.ts";
import type { FoundInvitation, InvitationState } from "./find-by-token.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

export type Accepted =
  | { outcome: "accepted"; user: UserRow; member: Member; events: NewEvent[] }
  /** Two clicks, two tabs: the user has accepted it already. */
  | { outcome: "accepted_already"; user: UserRow; events: [] }
  /** The token leads to none. */
  | { outcome: "unknown" }
  /** It was answered, or ended, or its organization takes nobody. */
  | { outcome: "ended"; state: Exclude<InvitationState, "pending"> }
  /** It is to another address than the user's. */
  | { outcome: "wrong_account"; email: string }
  /** The organization has its `max_members`. */
  | { outcome: "full" }
  /** The membership was suspended after the invitation was sent. */
  | { outcome: "suspended" };

/** The user who is signed in accepts; the membership is there when the caller commits, once, however often this is called. */
export const acceptInvitation = async (
  tx: Tx,
  deps: Pick<Deps, "secrets" | "clock">,
  { userId, ...link }: InvitationLink & { userId: string },
): Promise<Accepted> => {
  const found = await findLocked(tx, deps, link);
  if (!found) return { outcome: "unknown" };
  const row = await findUser(tx, link.issuerId, userId, { lock: true });
  if (!row || !isInvited(row, found.row)) return { outcome: "wrong_account", email: found.row.email_invited };
  if (found.state === "accepted" && found.row.user_id_invited === row.id) {
    return { outcome: "accepted_already", user: row, events: [] };
  }
  if (found.state !== "pending") return { outcome: "ended", state: found.state };
  // The link came by mail, to who is signed in as the user.
  const { user, events } = await proveEmail(tx, deps, row, { address: found.row.email_invited, by: "session" });
  const joined = await join(tx, deps, found, user);
  return "member" in joined ? { ...joined, events: [...events, ...joined.events] } : joined;
};

export type AcceptedAsNew = Accepted | { outcome: "taken" } | { outcome: "refused"; why: SignUpRefusal };

/**
 * Somebody without an account accepts, and so signs up: the link came by mail, and proves the address; who is invited needs no approval,
 * and may come where nobody else may. `taken`: the address has an account, which has to sign in.
 *
 * @throws {Problem} 400 as `signUp`
 */
export const acceptInvitationAsNew = async (
  tx: Tx,
  deps: Pick<Deps, "secrets" | "clock" | "ids">,
  { profile, acceptedAt, password, ...link }: InvitationLink & Pick<SignUp, "profile" | "acceptedAt" | "password">,
): Promise<AcceptedAsNew> => {
  const found = await findLocked(tx, deps, link);
  if (!found) return { outcome: "unknown" };
  if (found.state !== "pending") return { outcome: "ended", state: found.state };
  if (await isFull(tx, found)) return { outcome: "full" };
  const made = await signUp(tx, deps, {
    issuerId: link.issuerId,
    username_type: "email",
    username: found.row.email_invited,
    isProved: true,
    isInvited: true,
    ...(profile && { profile }),
    ...(acceptedAt !== undefined && { acceptedAt }),
    password,
  });
  if (made.outcome !== "created") return made;
  const joined = await join(tx, deps, found, made.user);
  return "member" in joined ? { ...joined, events: [...made.events, ...joined.events] } : joined;
};

const join = async (
  tx: Tx,
  deps: Pick<Deps, "clock">,
  found: FoundInvitation,
  user: UserRow,
): Promise<Extract<Accepted, { outcome: "accepted" | "full" | "suspended" }>> => {
  const { row } = found;
  const now = deps.clock.now();
  // Those that are still there.
  const groups = row.groups.length > 0 ? await findGroups(tx, row, row.groups) : [];
  const member = await memberStore.find(tx, row, user.id, true);
  if (member && member.status === "suspended" && (member.status_at ?? 0) > (row.last_email_sent_at ?? row.created_at)) {
    return { outcome: "suspended" };
  }
  if (!member && (await isFull(tx, found))) return { outcome: "full" };
  const joined = member ? await widen(tx, member, row, groups, now) : await enter(tx, row, user, groups, now);
  const accepted = await store.update(tx, row, {
    status: "accepted",
    accepted_at: now,
    status_by: user.id,
    user_id_invited: user.id,
    holds_address: false,
    updated_at: nextStamp(now, row),
  });
  const event = tell(tx, invitations, "organization.invitation.accepted", present(accepted, now));
  const told = { ...event, subject: { ...event.subject, user_id: user.id } };
  return { outcome: "accepted", user, member: joined.member, events: [...joined.events, told] };
};

/** Its organization is locked: nobody comes in between. */
const isFull = async (tx: Tx, { row, organization }: FoundInvitation): Promise<boolean> =>
  organization.max_members !== null && (await memberStore.countLocked(tx, row)) >= organization.max_members;

const enter = async (
  tx: Tx,
  { issuer_id, org_id, scopes, user_title }: store.InvitationRow,
  user: UserRow,
  groups: MemberGroup[],
  now: number,
) => {
  const values = { issuer_id, org_id, member_id: user.id, member_type: "user" as const, scopes, user_title };
  const row = await memberStore.insert(tx, { ...values, created_at: now, updated_at: now });
  if (!row) throw new Error("Somebody made the membership past the organization's lock.");
  const ids = groups.map(({ id }) => id);
  await enterGroups(tx, row, ids);
  const member = presentMember({ ...row, groups });
  return { member, events: [tell(tx, members, "organization.membership.created", member)] };
};

/** Who is a member already, or was suspended before, gets what the invitation gives on top of it. */
const widen = async (
  tx: Tx,
  row: memberStore.MemberRow,
  invitation: store.InvitationRow,
  given: MemberGroup[],
  now: number,
) => {
  const entered = given.filter(({ id }) => !row.groups.some((group) => group.id === id));
  const groups = [...row.groups, ...entered].toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const scopes = [...new Set([...row.scopes, ...invitation.scopes])];
  const status = row.status === "suspended" && {
    status: "active" as const,
    status_at: now,
    status_reason: null,
    status_by: row.member_id,
  };
  const before = presentMember(row);
  if (!changesBetween(before, presentMember({ ...row, scopes, groups, ...status })))
    return { member: before, events: [] };
  await enterGroups(
    tx,
    { ...row, created_at: now },
    entered.map(({ id }) => id),
  );
  const written = await memberStore.update(tx, row, { scopes, ...status, updated_at: nextStamp(now, row) });
  const member = presentMember({ ...written, groups });
  const previous = changesBetween(before, member);
  return { member, events: [tell(tx, members, "organization.membership.updated", member, { previous })] };
};
