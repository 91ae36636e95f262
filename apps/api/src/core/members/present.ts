import type { Member } from "@authpi/schema";
import type { MemberRow } from "./store.ts";

export const present = (row: MemberRow): Member => ({
  id: row.member_id,
  account_id: row.account_id,
  issuer_id: row.issuer_id,
  org_id: row.org_id,
  member_id: row.member_id,
  member_type: row.member_type,
  scopes: row.scopes,
  groups: row.groups.map(({ id }) => id),
  effective_scopes: effectiveScopesOf(row),
  user_title: row.user_title,
  metadata: row.metadata,
  joined_at: row.created_at,
  status: row.status,
  status_at: row.status_at,
  status_reason: row.status_reason,
  status_by: row.status_by,
  created_at: row.created_at,
  updated_at: row.updated_at,
});

/** Each scope once, with every place that it comes from: the membership's own first, then each group's. */
const effectiveScopesOf = ({ scopes, groups }: MemberRow): Member["effective_scopes"] => {
  const found = new Map<string, Member["effective_scopes"][number]["sources"]>();
  const add = (scope: string, source: { type: "member" | "group"; group_id: string | null }) =>
    found.set(scope, [...(found.get(scope) ?? []), source]);
  for (const scope of scopes) add(scope, { type: "member", group_id: null });
  for (const group of groups) for (const scope of group.scopes) add(scope, { type: "group", group_id: group.id });
  return [...found].map(([scope, sources]) => ({ scope, sources }));
};
