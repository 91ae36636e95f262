import type { Account } from "@authpi/schema";
import { present as presentOrganization } from "../organizations/present.ts";
import type { OrganizationRow } from "../organizations/store.ts";
import type { AccountRow } from "./store.ts";

/** An account and the organization that it is a view on; the organization's last write is the account's. */
export interface WholeAccount {
  account: AccountRow;
  organization: OrganizationRow;
  updated_at: number;
}

export const present = ({ account, organization }: WholeAccount): Account => ({
  id: account.account_id,
  organization: presentOrganization(organization),
  owner_user_id: account.owner_user_id,
  domains: [],
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
