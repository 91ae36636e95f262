import { type EventType, eventTypes, meteredEventTypes } from "@authpi/schema";
import { code, table } from "../markdown.ts";
import type { Route } from "../route.ts";

/** The events that no operation of the Core API declares, and what records them. */
export const recordedElsewhere: Partial<Record<EventType, string>> = {
  "account.created": "the operator's command `accounts create`",
  "account.deleted": "the end of an account; not yet",
  "account.domain.added": "the account's domains; not yet",
  "account.domain.verified": "the account's domains; not yet",
  "account.domain.removed": "the account's domains; not yet",
  "account.domain.assigned": "the account's domains; not yet",
  "account.domain.unassigned": "the account's domains; not yet",
  "api-key.expired": "the passing of `expires_at`; not yet",
  "api-key.verified": "each verification of an organization's key, by `GET /v1/me`",
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
