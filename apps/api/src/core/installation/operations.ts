import type { Event } from "@authpi/schema";
import { issuerLinksDefault, issuerSettingsDefault } from "@authpi/schema";
import { jsonb } from "../../db/expressions.ts";
import type { Database } from "../../db/open.ts";
import type { Tx } from "../../db/tx.ts";
import type { Deps } from "../../deps.ts";
import { OperatorError } from "../../domain/operator-error.ts";
import { appendEvents, type NewEvent } from "../../events/append.ts";
import { makeSigningKeys } from "../../keys/signing-keys.ts";
import { findAccount } from "../accounts/load.ts";
import { present as presentAccount } from "../accounts/present.ts";
import * as accounts from "../accounts/store.ts";
import { present as presentKey } from "../api-keys/present.ts";
import * as keys from "../api-keys/store.ts";
import { initialAuthMethods } from "../issuers/auth-methods.ts";
import * as issuers from "../issuers/store.ts";
import * as organizations from "../organizations/store.ts";
import { initialColumns } from "../organizations/values.ts";
import * as store from "./store.ts";

export interface NewKey {
  id: string;
  secret: string;
}

/**
 * Makes the root issuer, one account and its first key. Undefined where that was done before. Two processes that start at once do it
 * once.
 */
export const initialize = (database: Database, deps: Deps): Promise<{ accountId: string; key: NewKey } | undefined> =>
  database.operator(async (as) => {
    const tx = as("");
    await store.lock(tx);
    if (await store.read(tx)) {
      await store.renewEpoch(tx);
      return undefined;
    }
    const installation = { accountId: deps.ids.make("account"), rootIssuerId: deps.ids.make("issuer") };
    await store.insert(tx, installation, deps.clock.now());
    await insertRootIssuer(as(installation.accountId), deps, installation.rootIssuerId);
    const accountId = await insertAccount(as, deps, installation.rootIssuerId, "My account");
    const key = await insertKey(as(accountId), deps, installation.rootIssuerId, {
      name: "First key",
      scopes: ["*:**"],
    });
    return { accountId, key: key.plain };
  });

export const readInstallation = (database: Database): Promise<store.Installation> =>
  database.operator(async (as) => requireInstallation(as("")));

/** The operator's way to a new account. */
export const createAccount = (
  database: Database,
  deps: Deps,
  { name }: { name: string },
): Promise<{ accountId: string }> =>
  database.operator(async (as) => {
    const { rootIssuerId, epoch } = await requireInstallation(as(""));
    const accountId = await insertAccount(as, deps, rootIssuerId, name);
    const tx = as(accountId);
    const account = await findAccount(tx, rootIssuerId, accountId, { lock: false, now: deps.clock.now() });
    if (!account) throw new Error(`The account ${accountId} is gone in the transaction that made it.`);
    const resource = presentAccount(account);
    const subject = { type: "account", id: accountId, account_id: accountId, org_id: account.organization.id };
    await tell(tx, deps, epoch, "accounts.create", { type: "account.created", subject, data: { resource } });
    return { accountId };
  });

export const listAccounts = (database: Database) => database.operator((as) => store.listAccounts(as("")));

/** The operator's way back for who lost the key. */
export const createKey = (
  database: Database,
  deps: Deps,
  { accountId, ...key }: { accountId: string; scopes: string[]; name: string },
): Promise<NewKey> =>
  database.operator(async (as) => {
    const { rootIssuerId, epoch } = await requireInstallation(as(""));
    const tx = as(accountId);
    if (!(await accounts.find(tx, accountId))) {
      throw new OperatorError(
        `There is no account ${accountId}. \`pnpm authpi accounts list\` shows those that there are.`,
      );
    }
    const { plain, resource } = await insertKey(tx, deps, rootIssuerId, key);
    const { issuer_id, org_id, id } = resource;
    const subject = { type: "api_key", id, account_id: accountId, issuer_id, org_id, key_id: id };
    await tell(tx, deps, epoch, "apiKeys.create", { type: "api-key.created", subject, data: { resource } });
    return plain;
  });

const requireInstallation = async (tx: Tx): Promise<store.Installation> => {
  const installation = await store.read(tx);
  if (!installation) throw new OperatorError("The database is not set up yet. Start the server once: `pnpm start`.");
  return installation;
};

const insertRootIssuer = async (tx: Tx, deps: Deps, id: string): Promise<void> => {
  const now = deps.clock.now();
  const row = {
    id,
    name: "Root issuer",
    links: jsonb(issuerLinksDefault),
    settings: jsonb(issuerSettingsDefault),
    created_at: now,
    updated_at: now,
  };
  await issuers.insert(tx, row, initialAuthMethods(deps, id, now), await makeSigningKeys(deps, id));
};

/** An account and its organization share their suffix. */
const insertAccount = async (
  as: (accountId: string) => Tx,
  deps: Deps,
  rootIssuerId: string,
  name: string,
): Promise<string> => {
  const now = deps.clock.now();
  const orgId = deps.ids.make("organization");
  const accountId = accountIdOf(orgId);
  const tx = as(accountId);
  await organizations.insert(tx, {
    ...initialColumns({ name }),
    id: orgId,
    issuer_id: rootIssuerId,
    created_at: now,
    updated_at: now,
  });
  await store.insertAccount(tx, orgId, now);
  return accountId;
};

const accountIdOf = (orgId: string): string => orgId.replace("org_", "acc_");
const orgIdOf = (accountId: string): string => accountId.replace("acc_", "org_");

const insertKey = async (
  tx: Tx,
  deps: Deps,
  rootIssuerId: string,
  { name, scopes }: { name: string; scopes: string[] },
) => {
  const now = deps.clock.now();
  const id = deps.ids.make("apiKey");
  const secret = deps.secrets.mint("apiKey", id);
  const place = { issuer_id: rootIssuerId, org_id: orgIdOf(tx.accountId) };
  const times = { created_at: now, updated_at: now };
  await keys.insert(tx, {
    id,
    ...place,
    name,
    scopes,
    secret_mac: secret.mac,
    secret_pepper: secret.pepper,
    secret_hint: secret.hint,
    ...times,
  });
  return { plain: { id, secret: secret.plain }, resource: presentKey(await keys.get(tx, id, now), now) };
};

const tell = (tx: Tx, deps: Deps, epoch: number, trigger: string, event: NewEvent): Promise<void> => {
  const auth: Event["auth"] = { type: "system" };
  return appendEvents(tx, [event], { source: "core", trigger, trace: deps.ids.make("request"), auth, epoch }, deps.ids);
};
