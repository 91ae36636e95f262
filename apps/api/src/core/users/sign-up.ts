import { type IssuerSettings, type UserProfile, users } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import type { NewEvent } from "../../events/append.ts";
import { tell } from "../../events/tell.ts";
import { invalidField, notFound } from "../../http/problem.ts";
import { find as findIssuer } from "../issuers/store.ts";
import { issueCode } from "../one-time-codes/issue.ts";
import { mailAsked } from "../one-time-codes/mail.ts";
import { type CodeUse, useCode } from "../one-time-codes/use.ts";
import { statusColumns } from "../status.ts";
import { givePassword, type PreparedPassword } from "../user-verifiers/password.ts";
import { waiting } from "./approval.ts";
import { findByIdentifier } from "./find-by-identifier.ts";
import { present } from "./present.ts";
import { type Asking, orderOf } from "./sign-in.ts";
import * as store from "./store.ts";
import { initialColumns } from "./values.ts";

/** Why somebody may not sign up, by the issuer's rules alone: it says nothing about accounts. */
export type SignUpRefusal =
  /** The issuer's sign-up page is switched off. */
  | "closed"
  | "invite_only"
  /** The address is of a domain that is not allowed, or there is none. */
  | "domain"
  /** The address must be shown to be theirs before. */
  | "unproved";

/** Whether an address, or nobody's, may sign up; undefined where it may. An invitation opens what is closed. */
export const signUpRefusal = (
  { access, portals }: Pick<IssuerSettings, "access" | "portals">,
  address: string | null,
  isInvited = false,
): Exclude<SignUpRefusal, "unproved"> | undefined => {
  if (isInvited) return undefined;
  if (!portals.signup.enabled) return "closed";
  if (access.mode === "invite_only") return "invite_only";
  if (access.mode !== "domain_restricted") return undefined;
  const domain = address?.slice(address.lastIndexOf("@") + 1);
  return domain !== undefined && access.allowed_domains.includes(domain) ? undefined : "domain";
};

/** Whether the address is to be shown to be theirs before there is a user; else a domain could be claimed by writing it. */
export const needsProof = ({ access, security }: Pick<IssuerSettings, "access" | "security">): boolean =>
  security.verify_email || access.mode === "domain_restricted";

/**
 * Mails the code with which an address is proved before there is a user. To an address that has an account goes a mail that says so, and
 * the answer is the same.
 *
 * @throws {Problem} 400 where it is no address, 429
 */
export const requestSignUp = async (
  tx: Tx,
  deps: Deps,
  asking: Omit<Asking, "identifier"> & { address: string; flow: string },
): Promise<{ outcome: "sent" } | { outcome: "refused"; why: SignUpRefusal }> => {
  const { issuerId, flow } = asking;
  const address = requireAddress(asking.address);
  const why = signUpRefusal(await settingsOf(tx, issuerId), address);
  if (why) return { outcome: "refused", why };
  const named = await findByIdentifier(tx, issuerId, address);
  const user = named?.username_type === "email" ? named : undefined;
  const wanted = { issuerId, purpose: "sign-up" as const, address, userId: user?.id ?? null, flow };
  const { id, code } = await issueCode(tx, deps, wanted);
  const order = orderOf(asking, { user, address });
  if (user) await mailAsked(tx, deps, order, "account-exists", { username: user.username });
  else await mailAsked(tx, deps, order, "verify-email", { codeId: id, code });
  return { outcome: "sent" };
};

/** Whether the code is right that `requestSignUp` has mailed: then the address is proved for `signUp`, in this transaction or this flow. */
export const proveSignUpAddress = async (
  tx: Tx,
  deps: Deps,
  { issuerId, address, flow, code }: { issuerId: string; address: string; flow: string; code: string },
): Promise<CodeUse["outcome"]> => {
  const use = await useCode(tx, deps, { issuerId, purpose: "sign-up", address, flow, code });
  return use.outcome === "right" && use.proved.userId !== null ? "wrong" : use.outcome;
};

export interface SignUp {
  issuerId: string;
  username_type: store.UserRow["username_type"];
  username: string;
  /** Where mail goes, for a username that is no address. */
  address?: string | null;
  /** Whether somebody has shown the address to be theirs, by a code or an invitation's link. */
  isProved: boolean;
  profile?: Partial<Pick<UserProfile, "first_name" | "last_name" | "display_name" | "locale" | "zoneinfo" | "phone">>;
  /** When the terms and the privacy policy were accepted, in Unix milliseconds. */
  acceptedAt?: number | null;
  password?: PreparedPassword | undefined;
  /** By an invitation to this address, which is its approval too. */
  isInvited?: boolean;
}
export type SignedUp =
  | { outcome: "created"; user: store.UserRow; events: NewEvent[] }
  | { outcome: "taken" }
  | { outcome: "refused"; why: SignUpRefusal };

/**
 * Makes a user who signs up by themselves. Under `approval` it waits for that: `user.status` says so.
 *
 * @throws {Problem} 400 where the name is none of its type, or the password is too short for the issuer.
 */
export const signUp = async (tx: Tx, deps: Pick<Deps, "ids" | "clock">, wanted: SignUp): Promise<SignedUp> => {
  const { issuerId, username_type, username, isProved, profile, password, isInvited = false } = wanted;
  const settings = await settingsOf(tx, issuerId);
  const text = username_type === "email" ? username : wanted.address;
  const address = text === null || text === undefined ? null : requireAddress(text);
  const why = signUpRefusal(settings, address, isInvited);
  if (why) return { outcome: "refused", why };
  if (address !== null && !isProved && needsProof(settings)) return { outcome: "refused", why: "unproved" };

  const now = deps.clock.now();
  const id = deps.ids.make("user");
  const accepted = wanted.acceptedAt ?? null;
  const columns = initialColumns({
    username_type,
    username,
    profile: { ...profile, ...(address !== null && { email: address, email_verified: isProved }) },
    compliance: { terms_accepted_at: accepted, privacy_accepted_at: accepted },
  });
  const waits = settings.access.mode === "approval" && !isInvited;
  const status = waits && { approval: waiting, ...statusColumns("pending_approval", {}, { id }, now) };
  const row = await store.insert(tx, {
    ...columns,
    ...status,
    id,
    issuer_id: issuerId,
    created_at: now,
    updated_at: now,
  });
  if (!row) return { outcome: "taken" };
  if (password) await givePassword({ tx, deps }, row, password);
  const user = { ...row, security: { ...row.security, password_set: password !== undefined } };
  const events = [tell(tx, users, "user.created", present(user))];
  if (waits) events.push(tell(tx, users, "user.approval.requested", present(user)));
  return { outcome: "created", user, events };
};

const settingsOf = async (tx: Tx, issuerId: string): Promise<IssuerSettings> => {
  const issuer = await findIssuer(tx, issuerId, false);
  if (!issuer) throw notFound();
  return issuer.settings;
};

const requireAddress = (text: string): string => {
  const address = normalizeUsername("email", text);
  if (address === undefined) throw invalidField("email", "is not a valid email address");
  return address;
};
