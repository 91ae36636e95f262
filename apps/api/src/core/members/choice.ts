import type { Tx } from "../../db/tx.ts";
import { invalid } from "../../http/problem.ts";
import { findGroups, type MemberGroup } from "./groups.ts";

/** A membership gives something. */
export const requireSomething = (scopes: readonly string[], groups: readonly MemberGroup[]): void => {
  if (scopes.length + groups.length > 0) return;
  throw invalid({ field: "scopes", code: "required", message: "or groups must not be empty" });
};

/** @throws {Problem} 400 naming each that is no group of the organization. */
export const groupsOf = async (
  tx: Tx,
  place: { issuer_id: string; org_id: string },
  ids: readonly string[],
): Promise<MemberGroup[]> => {
  const groups = ids.length > 0 ? await findGroups(tx, place, ids) : [];
  const known = new Set(groups.map(({ id }) => id));
  const faults = ids.flatMap((id, n) => (known.has(id) ? [] : [`groups.${n}`]));
  if (faults.length === 0) return groups;
  throw invalid(
    ...faults.map((field) => ({ field, code: "invalid" as const, message: "is not a group of this organization" })),
  );
};
