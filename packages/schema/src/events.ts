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
  "personal-token.verified",
  ...family("issuer", ["created", "updated", "deleted"]),
  ...family("issuer.auth-method", ["created", "updated", "deleted"]),
  "issuer.signing-key.rotated",
  ...family("client", ["created", "updated", "deleted", "blocked", "unblocked"]),
  "client.secret.rotated",
  ...family("user", ["created", "updated", "deleted", "blocked", "unblocked", "suspended", "reactivated"]),
  ...family("user.personal-token", ["created", "updated", "deleted", "revoked"]),
  ...family("user.verification", ["succeeded", "failed"]),
  ...family("user.password", ["changed", "reset-requested", "reset"]),
  ...family("user.login-link", ["requested", "consumed"]),
  ...family("user.verifier", ["created", "updated", "deleted"]),
  ...family("user.email", ["change-requested", "changed", "verified"]),
  ...family("user.approval", ["requested", "approved", "rejected"]),
  ...family("user.mfa", ["factor-created", "factor-deleted"]),
  ...family("user.mfa.backup-codes", ["regenerated", "low"]),
  ...family("user.mfa.verification", ["succeeded", "failed"]),
  ...family("user.device", ["trusted", "revoked"]),
  ...family("user.consent", ["granted", "revoked"]),
  ...family("user.sso", ["provisioned", "linked"]),
  ...family("session", ["created", "updated", "expired", "terminated", "compromised", "token-refreshed"]),
  "machine.token.issued",
  ...family("organization", ["created", "updated", "deleted", "suspended", "reactivated"]),
  ...family("organization.membership", ["created", "updated", "deleted"]),
  ...family("organization.group", ["created", "updated", "deleted", "member-added", "member-removed"]),
  ...family("organization.invitation", ["created", "updated", "accepted", "declined", "deleted", "resent", "expired"]),
  ...family("organization.sso", [
    "enabled",
    "disabled",
    "updated",
    "domain-created",
    "domain-verified",
    "domain-deleted",
  ]),
  ...family("agent", ["created", "updated", "deleted", "suspended", "reactivated"]),
  ...family("agent.verifier", ["added", "removed"]),
  ...family("webhook", ["created", "updated", "deleted", "paused", "resumed"]),
  "webhook.secret.rotated",
  ...family("note", ["created", "updated", "deleted"]),
  ...family("email", ["sent", "failed"]),
  ...family("auth.flow", ["rate-limited", "expired", "replay-attempt", "device-mismatch"]),
] as const;

export type EventType = (typeof eventTypes)[number];

/** Recorded for every request: listed and aggregated, never sent to a webhook, kept for a shorter time. */
export const meteredEventTypes: readonly EventType[] = ["api-key.verified", "personal-token.verified"];

/** Clients know them as filters; nothing here is metered by credits, and they never happen. */
export const eventTypesElsewhere = family("account.credits", ["depleted", "updated"]);

/** The types that a filter's entry names: one, or by a trailing `.*` a family. Undefined where there is no such type or family. */
export const eventTypesOf = (entry: string): EventType[] | undefined => {
  const names = (type: string) => (entry.endsWith(".*") ? type.startsWith(entry.slice(0, -1)) : type === entry);
  const found = eventTypes.filter(names);
  return found.length > 0 || eventTypesElsewhere.some(names) ? found : undefined;
};

function family<const N extends string, const A extends readonly string[]>(noun: N, actions: A): `${N}.${A[number]}`[] {
  return actions.map((action) => `${noun}.${action}` as const);
}
