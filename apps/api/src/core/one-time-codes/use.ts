import { timingSafeEqual } from "node:crypto";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { addressOf, flowMacOf } from "./issue.ts";
import type { OneTimeCodeRow, Purpose } from "./store.ts";
import * as store from "./store.ts";

/** What a code or a link was made for. */
export interface Proved {
  id: string;
  purpose: Purpose;
  address: string;
  /** Null where the address was nobody's when it was asked for. */
  userId: string | null;
}
export type CodeUse =
  | { outcome: "right"; proved: Proved }
  /** Also where there is none: that nothing was asked for must not be told. */
  | { outcome: "wrong" }
  | { outcome: "expired" | "used" | "exhausted" };
export type LinkUse = { outcome: "right"; proved: Proved } | { outcome: "unknown" | "expired" | "used" };

const ATTEMPTS_MAX = 5;

export interface TypedCode {
  issuerId: string;
  purpose: Purpose;
  address: string;
  /** The flow in which it is typed. */
  flow?: string | undefined;
  code: string;
}

/**
 * Uses a code that somebody typed. A wrong one is counted, and the fifth ends it: the caller commits. One that another flow asked for is
 * wrong, and not counted: a stranger's guesses must not end the code of who asked for it.
 */
export const useCode = async (
  tx: Tx,
  deps: Deps,
  { issuerId, purpose, address, flow, code }: TypedCode,
): Promise<CodeUse> => {
  const row = await store.findLocked(tx, { issuer_id: issuerId, purpose, address: addressOf(address) });
  const given = deps.secrets.macOf(row?.id ?? "otc_none", code.replace(/\s/g, ""));
  const givenFlow = flowMacOf(deps, issuerId, flow ?? "");
  const isRight = timingSafeEqual(given, row?.code_mac ?? nothing);
  const isItsFlow = timingSafeEqual(givenFlow, row?.flow_mac ?? (row ? givenFlow : nothing));
  if (!row?.code_mac || !isItsFlow) return { outcome: "wrong" };
  const ended = endOf(row, deps.clock.now());
  if (ended) return { outcome: ended };
  if (row.attempts >= ATTEMPTS_MAX) return { outcome: "exhausted" };
  if (!isRight) {
    await store.update(tx, row, { attempts: row.attempts + 1 });
    return { outcome: row.attempts + 1 < ATTEMPTS_MAX ? "wrong" : "exhausted" };
  }
  await store.update(tx, row, { used_at: deps.clock.now() });
  return { outcome: "right", proved: provedBy(row) };
};
const nothing = Buffer.alloc(32);

interface FollowedLink {
  issuerId: string;
  /** Absent: of any purpose. */
  purpose?: Purpose;
  token: string;
}

/** What a link is for, without using it: programs follow links too. */
export const peekLink = (tx: Tx, deps: Deps, link: FollowedLink): Promise<LinkUse> =>
  follow(tx, deps, link, false).then(({ use }) => use);

/** Uses the link. */
export const useLink = async (tx: Tx, deps: Deps, link: FollowedLink): Promise<LinkUse> => {
  const { row, use } = await follow(tx, deps, link, true);
  if (row && use.outcome === "right") await store.update(tx, row, { used_at: deps.clock.now() });
  return use;
};

const follow = async (
  tx: Tx,
  deps: Deps,
  { issuerId, purpose, token }: FollowedLink,
  lock: boolean,
): Promise<{ row: OneTimeCodeRow | undefined; use: LinkUse }> => {
  const row = await store.findByToken(tx, issuerId, deps.secrets.macOf(issuerId, token), lock);
  if (!row || (purpose !== undefined && row.purpose !== purpose)) return { row, use: { outcome: "unknown" } };
  const ended = endOf(row, deps.clock.now());
  return { row, use: ended ? { outcome: ended } : { outcome: "right", proved: provedBy(row) } };
};

/** Whether a mail that carries it is still worth to be sent. */
export const isStillGood = async (tx: Tx, deps: Deps, issuerId: string, id: string): Promise<boolean> => {
  const row = await store.findById(tx, issuerId, id);
  return row !== undefined && !endOf(row, deps.clock.now()) && row.attempts < ATTEMPTS_MAX;
};

const endOf = ({ used_at, expires_at }: OneTimeCodeRow, now: number): "used" | "expired" | undefined => {
  if (used_at !== null) return "used";
  return expires_at <= now ? "expired" : undefined;
};

const provedBy = ({ id, purpose, address, user_id }: OneTimeCodeRow): Proved => ({
  id,
  purpose,
  address,
  userId: user_id,
});
