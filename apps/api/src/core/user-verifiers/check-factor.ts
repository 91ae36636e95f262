import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import type { NewEvent } from "../../events/append.ts";
import { clearWrong, countWrong, type Guarded } from "../credential-locks/locks.ts";
import { lockOf } from "./present.ts";
import * as store from "./store.ts";
import { checkCode, matches } from "./verify.ts";

export type FactorOutcome =
  | { outcome: "right" | "wrong"; events: NewEvent[] }
  | { outcome: "locked"; until: number; events: [] };

/**
 * Checks a code against all of the user's authenticator apps, or against their backup codes, and notes its use, or one more wrong one: the
 * caller commits either. The attempt counts before it is looked at, so that no number of them run side by side.
 */
export const checkFactor = async (
  { tx, deps }: { tx: Tx; deps: Pick<Deps, "clock" | "keys" | "secrets"> },
  user: { id: string; issuer_id: string },
  { type, code, ...asked }: { type: "totp" | "backup_codes"; code: string } & Pick<Guarded, "source" | "isTrusted">,
): Promise<FactorOutcome> => {
  const guarded: Guarded = { ...asked, kind: "factor", issuerId: user.issuer_id, identifier: user.id };
  const locked = await countWrong(tx, deps, guarded);
  if (locked) return { outcome: "locked", until: locked.until, events: [] };
  const rows = await store.lockOfType(tx, { issuer_id: user.issuer_id, user_id: user.id }, type);
  const now = deps.clock.now();
  const open = rows.filter((row) => lockOf(row, now) === null);
  if (open.length === 0 && rows.length > 0) {
    return { outcome: "locked", until: Math.min(...rows.map((row) => lockOf(row, now) ?? now)), events: [] };
  }
  const right = open.find((row) => matches(deps, row, code));
  if (right) {
    const { events } = await checkCode({ tx, deps }, right, code);
    await clearWrong(tx, deps, guarded);
    return { outcome: "right", events };
  }
  // Whose code it was meant to be nobody knows: it counts against each of the few that there are.
  const events: NewEvent[] = [];
  for (const row of open) events.push(...(await checkCode({ tx, deps }, row, code)).events);
  return { outcome: "wrong", events };
};
