import { createAccount, listAccounts } from "../core/installation/operations.ts";
import { withInstallation } from "./installation.ts";

export function createAccountCommand(env: NodeJS.ProcessEnv, options: { name: string }): Promise<void> {
  return withInstallation(env, async (database, deps) => {
    const { accountId } = await createAccount(database, deps, options);
    console.log(accountId);
    console.error(`Its first key: pnpm authpi keys create --account ${accountId} --scopes '*:**'`);
  });
}

export function listAccountsCommand(env: NodeJS.ProcessEnv): Promise<void> {
  return withInstallation(env, async (database) => {
    for (const { id, status, name } of await listAccounts(database)) console.log(`${id}  ${status}  ${name}`);
  });
}
