import { type EventType, eventTypes, meteredEventTypes } from "@authpi/schema";
import { code, table } from "../markdown.ts";
import type { Route } from "../route.ts";

/** The events that no operation of the Core API declares, and what records them. */
export const recordedElsewhere: Partial<Record<EventType, string>> = {
  "account.created": "the operator's command `accounts create`",
  "account.deleted": "the end of an account; not yet",
  "api-key.expired": "the job of its time, once; a key is refused by the time itself",
  "api-key.verified": "each verification of an organization's key, by `GET /v1/me` or an issuer's `GET /keyinfo`",
  "personal-token.verified": "each verification of a personal token, by `GET /v1/me`",
  "issuer.signing-key.rotated":
    "the job `keys.rotate`, when a new key signs; the operator's command `issuers rotate-keys --now`",
  "user.verification.succeeded": "a sign-in by a password or by a code, at the issuer's pages",
  "user.verification.failed": "a wrong password or code at the issuer's pages",
  "user.password.reset-requested": "a reset that somebody asks for at the issuer's pages",
  "user.password.reset": "a new password by the link of a mail",
  "user.login-link.requested": "a sign-in link that somebody asks for at the issuer's pages",
  "user.login-link.consumed": "a sign-in by the link of a mail",
  "user.email.change-requested": "a change of address that a user asks for",
  "user.email.changed": "a change of address, once its code is right",
  "user.email.verified": "the first proof of a user's address: a code, a link, an invitation that is accepted",
  "user.approval.requested": "a sign-up that waits for approval",
  "user.consent.granted": "a person who lets an external client have what it asks for",
  "user.consent.revoked": "a user who removes an application's access at the portal",
  "user.sso.provisioned": "not yet",
  "user.sso.linked": "not yet",
  "session.created": "the first code of a sign-in, and the first at each client",
  "session.terminated":
    "a log-out, a refresh token that its client revokes, a sign-in beyond the most sessions of a user",
  "session.expired": "not yet",
  "session.compromised": "a used code or refresh token that comes again",
  "session.token-refreshed": "the grant `refresh_token`",
  "machine.token.issued": "each token by `client_credentials`, of a client or an agent",
  "organization.invitation.accepted": "whoever follows an invitation's link and accepts",
  "organization.invitation.declined": "whoever follows an invitation's link and declines",
  "organization.invitation.expired": "the job `invitations.expire`",
  "email.sent": "the job `mails.send`",
  "email.failed": "the job `mails.send`",
  "auth.flow.rate-limited": "not yet",
  "auth.flow.expired": "not yet",
  "auth.flow.replay-attempt": "a used code or refresh token that comes again",
  "auth.flow.device-mismatch": "not yet",
};

export const eventsPage = (routes: readonly Route[]): string => `# Events

A write and its event share one transaction. An operation that is named at several events records the one that tells what it
did; a call that changes nothing records none. Metered events are recorded for every request: they are listed and aggregated like the
others, kept for a shorter time, and never sent to a webhook.

${table(
  ["Type", "Recorded by", "Metered"],
  eventTypes.map((type) => [code(type), recordedBy(type, routes), meteredEventTypes.includes(type) ? "yes" : "no"]),
)}
`;

const recordedBy = (type: EventType, routes: readonly Route[]): string => {
  const operations = routes.filter(({ operation }) => operation.emits?.includes(type)).map(({ id }) => code(id));
  return [...operations, recordedElsewhere[type] ?? []].flat().join(", ");
};
