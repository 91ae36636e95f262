import type { Account, AccountDomain } from "@authpi/schema";
import { txtRecordOf } from "../domain-proofs.ts";
import { present as presentOrganization } from "../organizations/present.ts";
import type { OrganizationRow } from "../organizations/store.ts";
import type { AccountDomainRow, AccountRow } from "./store.ts";

/** An account and the organization that it is a view on; the organization's last write is the account's. */
export interface WholeAccount {
  account: AccountRow;
  organization: OrganizationRow;
  domains: AccountDomainRow[];
  updated_at: number;
}

export const present = ({ account, organization, domains }: WholeAccount): Account => ({
  id: account.account_id,
  organization: presentOrganization(organization),
  owner_user_id: account.owner_user_id,
  domains: presentDomains(domains),
  features: {},
  limits: {},
  billing_mode: "ungated",
  balance_μusd: null,
  credits_run_out: false,
  payment_methods: [],
  metadata: organization.metadata,
  created_at: account.created_at,
  updated_at: organization.updated_at,
});

/** The newest first. Which is the primary one shows in them all. */
export const presentDomains = (rows: readonly AccountDomainRow[]): AccountDomain[] => {
  const primary = rows.filter(isVerified).sort(byTime)[0]?.host;
  return rows
    .toSorted((one, other) => other.added_at - one.added_at || (one.host < other.host ? -1 : 1))
    .map((row) => ({
      id: row.host,
      account_id: row.account_id,
      host: row.host,
      verified: isVerified(row),
      primary: row.host === primary,
      added_at: row.added_at,
      assigned_issuer_id: row.assigned_issuer_id,
      assigned_at: row.assigned_issuer_id === null ? null : row.assigned_at,
      ...txtRecordOf(row.host, row.txt_record_value),
      created_at: row.added_at,
      updated_at: Math.max(row.added_at, row.verified_at ?? 0, row.assigned_at ?? 0),
    }));
};

type Verified = AccountDomainRow & { verified_at: number };
const isVerified = (row: AccountDomainRow): row is Verified => row.verified_at !== null;
const byTime = (one: Verified, other: Verified): number =>
  one.verified_at - other.verified_at || (one.host < other.host ? -1 : 1);
