/** Every event's type, by the noun that it tells of. */
export const eventTypes = [
  ...family("account", ["created", "updated", "deleted"]),
  ...family("account.domain", ["added", "verified", "removed", "assigned", "unassigned"]),
  ...family("api-key", [
    "created",
    "updated",
    "blocked",
    "unblocked",
    "revoked",
    "rotated",
    "deleted",
    "expired",
    "verified",
  ]),
  ...family("issuer", ["created", "updated", "deleted"]),
  ...family("issuer.auth-method", ["created", "updated", "deleted"]),
  ...family("client", ["created", "updated", "deleted", "blocked", "unblocked"]),
  "client.secret.rotated",
  ...family("user", ["created", "updated", "deleted", "blocked", "unblocked", "suspended", "reactivated"]),
  ...family("organization", ["created", "updated", "deleted", "suspended", "reactivated"]),
  ...family("organization.membership", ["created", "updated", "deleted"]),
  ...family("organization.group", ["created", "updated", "deleted", "member-added", "member-removed"]),
  ...family("note", ["created", "updated", "deleted"]),
] as const;

export type EventType = (typeof eventTypes)[number];

/** Recorded for every request: listed and aggregated, never sent to a webhook, kept for a shorter time. */
export const meteredEventTypes: readonly EventType[] = ["api-key.verified"];

function family<const N extends string, const A extends readonly string[]>(noun: N, actions: A): `${N}.${A[number]}`[] {
  return actions.map((action) => `${noun}.${action}` as const);
}
