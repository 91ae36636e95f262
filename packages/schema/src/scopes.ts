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

const coversOne = (held: string, wanted: string, rule: ScopeRule): boolean =>
  held === wanted || coversParts(split(held), split(wanted), rule);

const coversParts = (has: Parts | undefined, wants: Parts | undefined, rule: ScopeRule): boolean => {
  if (has?.resource === "*" && has.action === "**") return true;
  if (!has || !wants) return false;
  if (has.action === "**") {
    return wants.resource === has.resource || wants.resource.startsWith(has.below);
  }
  if (wants.action === "**") return false;
  const action =
    has.action === wants.action ||
    has.action === "*" ||
    (rule.manage === true && has.action === "manage" && managed.includes(wants.action));
  const resource = has.resource === wants.resource || (has.resource === "*" && wants.isTop);
  return action && resource;
};

/** A scope without a colon is a word of its own: it matches itself alone. */
const split = (scope: string): Parts | undefined => {
  const at = scope.lastIndexOf(":");
  if (at < 0) return undefined;
  const resource = scope.slice(0, at);
  return { resource, action: scope.slice(at + 1), below: `${resource}.`, isTop: !resource.includes(".") };
};

/**
 * What two sets of scopes have in common: what it holds covers exactly what both of them cover.
 *
 * @example narrowScopes(["invoices:*", "users:read"], ["*:read"]) // ["invoices:read", "users:read"]
 */
export const narrowScopes = (held: readonly string[], by: readonly string[], rule: ScopeRule = {}): string[] =>
  narrowerBy(by, rule)(held);

/** The same for many sets that are narrowed by one: each scope of theirs is looked at once. */
export const narrowerBy = (by: readonly string[], rule: ScopeRule = {}): ((held: readonly string[]) => string[]) => {
  if (by.includes("*:**")) return (held) => [...held];
  const limits = by.map((scope) => ({ scope, parts: split(scope) }));
  const known = new Map<string, string[]>();
  const common = (scope: string): string[] => {
    const parts = split(scope);
    return limits.flatMap((limit) => meet({ scope, parts }, limit, rule) ?? []);
  };
  return (held) => {
    const narrowed = new Set<string>();
    for (const scope of held) {
      const found = known.get(scope) ?? common(scope);
      known.set(scope, found);
      for (const one of found) narrowed.add(one);
    }
    return [...narrowed];
  };
};

interface Scope {
  scope: string;
  parts: Parts | undefined;
}

const meet = (one: Scope, other: Scope, rule: ScopeRule): string | undefined => {
  const [a, b] = [one.parts, other.parts];
  if (one.scope === other.scope || coversParts(a, b, rule)) return other.scope;
  if (coversParts(b, a, rule)) return one.scope;
  if (!a || !b) return undefined;
  const resource = sharedResource(a, b) ?? sharedResource(b, a);
  const action = sharedAction(a.action, b.action, rule) ?? sharedAction(b.action, a.action, rule);
  return resource === undefined || action === undefined ? undefined : `${resource}:${action}`;
};

interface Parts {
  resource: string;
  action: string;
  /** What every resource below it begins with. */
  below: string;
  isTop: boolean;
}

/** The resource of `one` as far as `other` reaches it. */
const sharedResource = (one: Parts, other: Parts): string | undefined => {
  if (one.resource === other.resource) return one.resource;
  // `*` is every resource at the top, and `a:**` is what is at `a` and below it: only `a` itself can be at the top.
  if (other.resource === "*") return one.isTop ? one.resource : undefined;
  return other.action === "**" && one.action !== "**" && one.resource.startsWith(other.below)
    ? one.resource
    : undefined;
};

const sharedAction = (one: string, other: string, rule: ScopeRule): string | undefined => {
  if (one === other || other === "**" || (other === "*" && one !== "**")) return one;
  return rule.manage && other === "manage" && managed.includes(one) ? one : undefined;
};
