import { escapeLiteral } from "pg";

/** What stands above a resource in its path, as far as what is below needs to know it. */
export interface Parents {
  issuer?: IssuerParent;
  organization?: OrganizationParent;
}
export interface IssuerParent {
  id: string;
  status: "active" | "disabled";
  available_scopes: string[];
}
export interface OrganizationParent {
  id: string;
  status: "active" | "suspended";
  scopes: string[];
  max_members: number | null;
  default_member_scopes: string[];
}

interface Path {
  accountId: string;
  rootIssuerId: string;
  issuerId: string | undefined;
  orgId: string | undefined;
  filtersOff: boolean;
  /** For operations that write: a parent cannot be deleted before they end. */
  lock: boolean;
}

/** One row with each parent, or null where there is none: it travels with the message that opens the transaction. */
export const parentsStatement = ({
  accountId,
  rootIssuerId,
  issuerId,
  orgId,
  filtersOff,
  lock,
}: Path): string | undefined => {
  if (issuerId === undefined) return undefined;
  const own = filtersOff ? "true" : `account_id = ${escapeLiteral(accountId)}`;
  const locked = lock ? " for key share" : "";
  const columns = [
    issuerId === rootIssuerId
      ? // An account reaches its own organization of the root issuer; the issuer itself belongs to nobody's account.
        `json_build_object('id', ${escapeLiteral(rootIssuerId)}, 'status', 'active', 'available_scopes', json_build_array()) as issuer`
      : `(select row_to_json(t) from (select id, status, available_scopes from issuers
          where ${own} and id = ${escapeLiteral(issuerId)} and deleted_at is null${locked}) t) as issuer`,
  ];
  if (orgId !== undefined) {
    columns.push(`(select row_to_json(t) from (select id, status, scopes, max_members, default_member_scopes from organizations
      where ${own} and issuer_id = ${escapeLiteral(issuerId)} and id = ${escapeLiteral(orgId)}
        and deleted_at is null${locked}) t) as organization`);
  }
  return `select ${columns.join(", ")}`;
};
