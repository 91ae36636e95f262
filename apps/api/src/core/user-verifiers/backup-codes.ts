import type { Deps } from "../../deps.ts";
import { makeBackupCodes } from "../../domain/backup-codes.ts";
import type { NewVerifier, UserPlace } from "./store.ts";

/** The row of a user's backup codes, and the codes, which are seen here alone. */
export const newBackupCodes = (
  deps: Pick<Deps, "ids" | "clock" | "secrets">,
  { issuer_id, user_id }: UserPlace,
  name = "Backup codes",
): { verifier: NewVerifier; codes: string[] } => {
  const id = deps.ids.make("verifier");
  const { codes, macs } = makeBackupCodes(deps.secrets, id);
  const now = deps.clock.now();
  const times = { created_at: now, updated_at: now };
  return { verifier: { id, issuer_id, user_id, type: "backup_codes", name, backup_codes: macs, ...times }, codes };
};
