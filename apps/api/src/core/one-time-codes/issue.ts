import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { normalizeUsername } from "../../domain/usernames.ts";
import type { Purpose } from "./store.ts";
import * as store from "./store.ts";

export interface NewCode {
  issuerId: string;
  purpose: Purpose;
  /** An email address, in any spelling. */
  address: string;
  /** Whose address it is; null where it is nobody's. */
  userId: string | null;
  /** The sign-in that asks for a code, by the name that its browser alone knows: the code is good there, and nowhere else. */
  flow?: string | undefined;
}
interface Issued {
  id: string;
  expiresAt: number;
}

const LASTS_MS = 10 * 60_000;

/** Six digits for somebody to type; the one that was there before for the purpose and the address has ended. */
export const issueCode = async (tx: Tx, deps: Deps, wanted: NewCode): Promise<Issued & { code: string }> => {
  const begun = begin(deps, wanted);
  const code = digits(deps);
  await store.put(tx, { ...begun, code_mac: deps.secrets.macOf(begun.id, code), token_mac: null });
  return { id: begun.id, code, expiresAt: begun.expires_at };
};

/** The token of a link, in place of what was there before for the purpose and the address. */
export const issueLink = async (
  tx: Tx,
  deps: Deps,
  wanted: Omit<NewCode, "flow">,
): Promise<Issued & { token: string }> => {
  const begun = begin(deps, wanted);
  const { plain, mac } = deps.secrets.mint("link", wanted.issuerId);
  await store.put(tx, { ...begun, code_mac: null, token_mac: mac });
  return { id: begun.id, token: plain, expiresAt: begun.expires_at };
};

/** The one form of an address; what is none is found nowhere. */
export const addressOf = (text: string): string => normalizeUsername("email", text) ?? text;

/** What is kept of a flow's name. */
export const flowMacOf = (deps: Pick<Deps, "secrets">, issuerId: string, flow: string): Buffer =>
  deps.secrets.macOf(issuerId, `flow ${flow}`);

const begin = (deps: Deps, { issuerId, purpose, address, userId, flow }: NewCode) => {
  const now = deps.clock.now();
  return {
    id: deps.ids.make("code"),
    issuer_id: issuerId,
    purpose,
    address: addressOf(address),
    user_id: userId,
    flow_mac: flow === undefined ? null : flowMacOf(deps, issuerId, flow),
    expires_at: now + LASTS_MS,
    created_at: now,
  };
};

/** Each as likely as any other: what lies beyond the last whole million is drawn anew. */
const digits = (deps: Pick<Deps, "secrets">): string => {
  for (;;) {
    const value = deps.secrets.random(4).readUInt32BE();
    if (value < FAIR) return String(value % MILLION).padStart(6, "0");
  }
};
const MILLION = 1_000_000;
const FAIR = Math.floor(2 ** 32 / MILLION) * MILLION;
