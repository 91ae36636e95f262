export interface ScopeCase {
  readonly held: readonly string[];
  readonly wanted: string;
  readonly covered: boolean;
  /** The rule of the Core API's scopes, where `manage` is read, write and delete. */
  readonly manage?: true;
}

/** What scope matching promises, in the server and in every client library. */
export const scopeCases: readonly ScopeCase[] = [
  // Nothing is held by default, and a scope covers itself, to the letter.
  ...cases([], { "invoices:read": false }),
  ...cases(["invoices:read"], {
    "invoices:read": true,
    "invoices:write": false,
    "Invoices:read": false,
    "invoices:Read": false,
    "invoices.lines:read": false,
    invoices: false,
    "invoices:*": false,
    "invoices:**": false,
    "*:read": false,
  }),
  ...cases(["orders:read", "invoices:read"], { "invoices:read": true, "invoices:write": false }),

  // `resource:*`: every action, on that resource alone.
  ...cases(["invoices:*"], {
    "invoices:read": true,
    "invoices:approve": true,
    "invoices:*": true,
    "invoices:**": false,
    "invoices.lines:read": false,
    "orders:read": false,
    invoices: false,
  }),

  // `resource:**`: everything at and below the resource; the dot counts, not the letters.
  ...cases(["invoices:**"], {
    "invoices:read": true,
    "invoices.lines:read": true,
    "invoices.lines.notes:write": true,
    "invoices.lines:*": true,
    "invoices.lines:**": true,
    "invoices:*": true,
    "invoices:**": true,
    "invoicesarchive:read": false,
    "*:read": false,
    "*:**": false,
  }),
  ...cases(["invoices.lines:**"], { "invoices.lines:read": true, "invoices:read": false, "invoices:**": false }),

  // `*:action`: the top level alone.
  ...cases(["*:read"], {
    "invoices:read": true,
    "invoices:write": false,
    "invoices.lines:read": false,
    "*:read": true,
    "*:*": false,
    "invoices:*": false,
  }),
  ...cases(["*:*"], {
    "invoices:read": true,
    "invoices:*": true,
    "*:read": true,
    "*:*": true,
    "invoices.lines:read": false,
    "invoices:**": false,
    "*:**": false,
  }),

  // `*:**`: everything.
  ...cases(["*:**"], {
    "invoices:read": true,
    "invoices.lines.notes:write": true,
    "invoices:**": true,
    "*:read": true,
    "*:**": true,
    "urn:x:read": true,
    owner: true,
  }),

  // Without a colon a scope is a word, and a wildcard is one only in its place.
  ...cases(["owner"], { owner: true, "owner:read": false }),
  ...cases(["*"], { "invoices:read": false, owner: false, "*": true }),
  ...cases(["**"], { "invoices:read": false }),
  ...cases(["**:read"], { "invoices:read": false }),
  ...cases(["invoices.*:read"], { "invoices.lines:read": false }),
  ...cases(["inv*:read"], { "invoices:read": false }),

  // Only the last colon splits.
  ...cases(["urn:x:read"], { "urn:x:read": true, "urn:x:write": false, "urn:read": false }),
  ...cases(["urn:*"], { "urn:read": true, "urn:x:read": false }),
  ...cases(["urn:x:*"], { "urn:x:read": true, "urn:y:read": false }),
  ...cases(["urn:x:**"], { "urn:x:read": true, "urn:x.y:read": true, "urn:y:read": false }),
  ...cases(["*:read"], { "urn:x:read": true, "urn:x.y:read": false }),

  // `manage` is an action like any other among the scopes of your own users.
  ...cases(["invoices:manage"], { "invoices:manage": true, "invoices:read": false, "invoices:delete": false }),
  ...cases(["invoices:read", "invoices:write", "invoices:delete"], { "invoices:manage": false }),
  ...cases(["invoices:*"], { "invoices:manage": true }),

  // Among those of the Core API it is read, write and delete, no more, and the three are it.
  ...managing(["issuers:manage"], {
    "issuers:read": true,
    "issuers:write": true,
    "issuers:delete": true,
    "issuers:manage": true,
    "issuers:approve": false,
    "issuers:*": false,
    "issuers:**": false,
    "issuers.users:read": false,
    "webhooks:read": false,
  }),
  ...managing(["issuers:read", "issuers:write", "issuers:delete"], { "issuers:manage": true, "issuers:*": false }),
  ...managing(["issuers:read", "issuers:write"], { "issuers:manage": false }),
  ...managing(["*:read", "issuers:write", "issuers:delete"], { "issuers:manage": true }),
  ...managing(["issuers:**"], { "issuers.users:manage": true, "webhooks:manage": false }),
  ...managing(["*:manage"], { "issuers:delete": true, "issuers.users:delete": false, "*:manage": true, "*:*": false }),
];

function cases(held: readonly string[], wanted: Readonly<Record<string, boolean>>): ScopeCase[] {
  return Object.entries(wanted).map(([scope, covered]) => ({ held, wanted: scope, covered }));
}

function managing(held: readonly string[], wanted: Readonly<Record<string, boolean>>): ScopeCase[] {
  return cases(held, wanted).map((one) => ({ ...one, manage: true }));
}
