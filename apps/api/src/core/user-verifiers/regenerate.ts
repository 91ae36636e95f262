import type { UserVerifier } from "@authpi/schema";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { makeBackupCodes } from "../../domain/backup-codes.ts";
import { nextStamp } from "../../http/etag.ts";
import { present } from "./present.ts";
import * as store from "./store.ts";

/** New backup codes in the place of the old. They are a new start: what was guessed at those is forgotten. */
export const regenerateCodes = async (
  tx: Tx,
  deps: Pick<Deps, "clock" | "secrets">,
  row: store.VerifierRow,
): Promise<{ codes: string[]; verifier: UserVerifier }> => {
  const now = deps.clock.now();
  const { codes, macs } = makeBackupCodes(deps.secrets, row.id);
  const fresh = { backup_codes: macs, failed_attempts: 0, locked_until: null, updated_at: nextStamp(now, row) };
  return { codes, verifier: present(await store.update(tx, row, fresh), now) };
};
