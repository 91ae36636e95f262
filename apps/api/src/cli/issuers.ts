import { readInstallation } from "../core/installation/operations.ts";
import { beginRotation, type Rotated, rotateNow } from "../core/signing-keys/by-hand.ts";
import { keptMs } from "../core/signing-keys/schedule.ts";
import { withInstallation } from "./installation.ts";

/** Prints one line for each key: its algorithm, its name, and from when on it signs. */
export function rotateKeysCommand(
  env: NodeJS.ProcessEnv,
  { issuer, now }: { issuer: string; now: boolean },
): Promise<void> {
  return withInstallation(env, async (database, deps) => {
    const { epoch } = await readInstallation(database);
    const keys = await (now ? rotateNow : beginRotation)(database, deps, { issuerId: issuer, epoch });
    for (const { alg, kid, signsAt } of keys)
      console.log(`${alg.padEnd(5)}  ${kid}  ${new Date(signsAt).toISOString()}`);
    console.error(
      now
        ? replacedText(keys)
        : "They are published now, and sign from these times on: a background job sees to it, within ten minutes.",
    );
  });
}

const replacedText = (keys: readonly Rotated[]): string => {
  const old = keys.flatMap(({ replaced }) => replaced ?? []).join(", ");
  return `They sign from now on. A service that holds an older copy of the key set may refuse their tokens until it fetches it anew.
Tokens of the old keys${old && ` (${old})`} stay good until they end; the keys go in ${keptMs / 86_400_000} days.`;
};
