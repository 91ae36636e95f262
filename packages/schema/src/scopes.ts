export interface ScopeRule {
  /** Core API scopes know `manage` for read, write and delete; your users' own scopes do not. */
  manage?: boolean;
}

/**
 * Whether the held scopes cover the wanted one: split at the last colon, an action matches itself, `*` or `**`; a resource matches
 * itself, `*` (top level only, unless the action is `**`), and with `**` everything below it.
 *
 * @example covers(["invoices:*"], "invoices:read") // true
 */
export const covers = (held: readonly string[], wanted: string, rule: ScopeRule = {}): boolean => {
  if (held.some((scope) => coversOne(scope, wanted, rule))) return true;
  const wants = split(wanted);
  if (!rule.manage || wants?.action !== "manage") return false;
  return managed.every((action) => covers(held, `${wants.resource}:${action}`, rule));
};

/** The scopes of `wanted` that `held` does not cover. */
export const missingScopes = (held: readonly string[], wanted: readonly string[], rule: ScopeRule = {}): string[] =>
  wanted.filter((scope) => !covers(held, scope, rule));

const managed = ["read", "write", "delete"];

const coversOne = (held: string, wanted: string, rule: ScopeRule): boolean => {
  if (held === wanted) return true;
  const has = split(held);
  const wants = split(wanted);
  if (has?.resource === "*" && has.action === "**") return true;
  if (!has || !wants) return false;
  if (has.action === "**") {
    return wants.resource === has.resource || wants.resource.startsWith(`${has.resource}.`);
  }
  if (wants.action === "**") return false;
  const action =
    has.action === wants.action ||
    has.action === "*" ||
    (rule.manage === true && has.action === "manage" && managed.includes(wants.action));
  const resource = has.resource === wants.resource || (has.resource === "*" && !wants.resource.includes("."));
  return action && resource;
};

/** A scope without a colon is a word of its own: it matches itself alone. */
const split = (scope: string): { resource: string; action: string } | undefined => {
  const at = scope.lastIndexOf(":");
  return at < 0 ? undefined : { resource: scope.slice(0, at), action: scope.slice(at + 1) };
};
