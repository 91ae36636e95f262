import { ConfigurationError } from "./errors.ts";
import type { Me } from "./generated/types.ts";
import { segment } from "./ids.ts";

/** The one account that the credential acts on, as a segment of a path. */
export const onlyAccountOf = (me: Me): string => {
  const [first, ...others] = me.accounts;
  if (first && others.length === 0) return segment(first.account_id, "account_id");
  if (first) throw new ConfigurationError(`${severalAccounts(me)}: give accountId to choose one`);
  throw new ConfigurationError(`${noAccount(me)}: only whoami() works with it, unless accountId is given`);
};

const severalAccounts = (me: Me): string =>
  `the credential acts on several accounts (${me.accounts.map((one) => one.account_id).join(", ")})`;

const noAccount = (me: Me): string => {
  const organizations = me.organizations.map((one) => one.org_id).join(", ");
  return `the credential acts on no account${organizations && `, it is good for ${organizations} alone`}`;
};
