import { createKey } from "../core/installation/operations.ts";
import { withInstallation } from "./installation.ts";
import { keyExports } from "./output.ts";

export function createKeyCommand(
  env: NodeJS.ProcessEnv,
  { account, scopes, name }: { account: string; scopes: string[]; name: string },
): Promise<void> {
  return withInstallation(env, async (database, deps) => {
    console.log(keyExports(await createKey(database, deps, { accountId: account, scopes, name })));
    console.error("These two lines are not shown again.");
  });
}
