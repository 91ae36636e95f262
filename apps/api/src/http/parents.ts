import { methodOf, type Operation, type Resource } from "@authpi/schema";
import type { Database, PinOptions } from "../db/open.ts";
import { type Parents, parentsStatement } from "../db/parents.ts";
import type { Tx } from "../db/tx.ts";
import { notFound } from "./problem.ts";

/** What travels with the message that opens the transaction: the parents in the path. */
export const preloadOf = (
  { filtersOff }: Pick<Database, "filtersOff">,
  { resource, operation }: { resource: Resource; operation: Operation },
  rootIssuerId: string,
  { account_id: accountId = "", issuer_id, org_id }: Record<string, string>,
): PinOptions => {
  const lock = methodOf(operation) !== "GET";
  const issuerId = isBelow(resource, "issuer_id") ? issuer_id : undefined;
  const orgId = isBelow(resource, "org_id") ? org_id : undefined;
  const preload = parentsStatement({ accountId, rootIssuerId, filtersOff, lock, issuerId, orgId });
  return preload === undefined ? {} : { preload };
};

/** 404 where anything above the resource is missing. Of the root issuer, an account reaches its organization alone. */
export const parentsOf = (
  tx: Tx,
  resource: Resource,
  rootIssuerId: string,
  params: Record<string, string>,
): Parents => {
  // The row of parentsStatement, whose columns these are.
  const found = (tx.preloaded ?? {}) as Parents;
  if (isBelow(resource, "org_id") && !found.organization) throw notFound();
  if (!isBelow(resource, "issuer_id")) return found;
  const throughOrganizations = resource.param === "org_id" || isBelow(resource, "org_id");
  if (!found.issuer || (params.issuer_id === rootIssuerId && !throughOrganizations)) throw notFound();
  return found;
};

const isBelow = ({ parent }: Resource, param: string): boolean =>
  parent !== undefined && (parent.param === param || isBelow(parent, param));
