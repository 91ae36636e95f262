import { Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import * as f from "../fields.ts";
import { Account, AccountDomain, accounts } from "./accounts.ts";

export const AccountDomainCreate = Type.Object(
  { host: f.hostInput("The domain.") },
  { title: "AccountDomainCreate", ...f.closed },
);
const AccountDomainAssign = Type.Object(
  { issuer_id: f.idInput("issuer") },
  { title: "AccountDomainAssign", ...f.closed },
);

export const accountDomains = defineResource({
  name: "domains",
  one: "domain",
  segment: "domains",
  param: "domain",
  parent: accounts,
  key: f.host("The domain."),
  partOf: accounts,
  description:
    "A domain of the account, which a DNS record proves to be its own. Its changes are changes of the account: they move its `ETag`, and answer with it.",
  operations: {
    list: op.list({ summary: "List the account's domains", item: AccountDomain, whole: true }),
    create: op.create({
      summary: "Add a domain",
      description:
        "Publish the TXT record that it has in the answer, then verify it. An account has up to 20 domains, and a domain belongs to one account.",
      body: AccountDomainCreate,
      returns: Account,
      emits: ["account.domain.added"],
    }),
    delete: op.delete({
      summary: "Remove a domain",
      returns: Account,
      emits: ["account.domain.removed"],
    }),
    verify: op.action({
      summary: "Verify a domain",
      description:
        "Looks for the TXT record. Where it is missing this is a conflict that says what was found; a domain that is verified stays so, without another look.",
      suffix: "verify",
      returns: Account,
      emits: ["account.domain.verified"],
    }),
    assign: op.action({
      summary: "Assign a verified domain to an issuer",
      description: "Takes the place of an earlier assignment, and is a record only: the issuer's URL stays as it is.",
      suffix: "assign",
      body: AccountDomainAssign,
      returns: Account,
      emits: ["account.domain.assigned"],
    }),
    unassign: op.action({
      summary: "End the assignment of a domain",
      suffix: "unassign",
      returns: Account,
      emits: ["account.domain.unassigned"],
    }),
  },
});
