import { isDeepStrictEqual } from "node:util";
import type { Event } from "@authpi/schema";
import { type EventType, meteredEventTypes, type Resource } from "@authpi/schema";
import { sql } from "kysely";
import { jsonb } from "../db/expressions.ts";
import type { Tx } from "../db/tx.ts";
import { type IdSeries, type Ids, timeOfId } from "../domain/ids.ts";

export interface NewEvent {
  type: EventType;
  subject: Event["subject"];
  data: Record<string, unknown>;
}
/** What the events of one request have in common. */
export interface Origin {
  source: Event["source"];
  trigger: string;
  trace: string;
  auth: Event["auth"];
  epoch: number;
}

/** Appends events to the transaction of the change that they tell of. */
export const appendEvents = async (
  tx: Tx,
  events: readonly NewEvent[],
  origin: Origin,
  ids: Pick<Ids, "make" | "series">,
): Promise<void> => {
  if (events.length === 0) return;
  const rows = events.map((event) => valuesOf(event, origin, ids));
  const due = await insertWithDeliveries(tx, rows, ids.series("delivery"));
  await tx.enqueue(
    "webhooks.deliver",
    ...due.map(({ webhook_id, id }) => ({
      data: { accountId: tx.accountId, webhookId: webhook_id, deliveryId: id, ticket: 1 },
      group: webhook_id,
    })),
  );
};

const valuesOf = ({ type, subject, data }: NewEvent, origin: Origin, ids: Pick<Ids, "make">) => {
  const id = ids.make("event");
  return {
    id,
    type,
    metered: meteredEventTypes.includes(type),
    // The id's own time: a look-up by id then reads one partition.
    created_at: timeOfId(id) ?? 0,
    ...origin,
    auth: jsonb(origin.auth),
    subject: jsonb(subject),
    data: jsonb(data),
    issuer_id: subject.issuer_id ?? null,
    org_id: subject.org_id ?? null,
    user_id: subject.user_id ?? null,
    client_id: subject.client_id ?? null,
    agent_id: subject.agent_id ?? null,
    key_id: subject.key_id ?? null,
  };
};

/**
 * The events, and in the same statement a delivery of each to every webhook that wants it: nothing has to be found later. Answers with
 * those that are to be sent at once. Metered events are never sent.
 */
const insertWithDeliveries = async (
  tx: Tx,
  rows: readonly EventValues[],
  { head }: IdSeries,
): Promise<{ webhook_id: string; id: string }[]> => {
  const told = rows
    .filter(({ metered }) => !metered)
    .map(({ id, type, created_at, ...row }) => ({
      ...{ id, type, at: created_at },
      parties: {
        issuer: row.issuer_id,
        organization: row.org_id,
        user: row.user_id,
        client: row.client_id,
        agent: row.agent_id,
      },
    }));
  const { rows: due } = await sql<{ webhook_id: string; id: string }>`
    with appended as (${tx.insert("events", rows)})
    select webhook_id, id from deliveries_of(${tx.accountId}, ${JSON.stringify(told)}::jsonb, ${head})`.execute(tx.db);
  return due;
};
type EventValues = ReturnType<typeof valuesOf>;

/** Every party that a resource names: those it stands below, and itself. */
export const subjectOf = (accountId: string, resource: Resource, thing: Record<string, unknown>): Event["subject"] => {
  // What is single has the id of what it belongs to, and is told of as that.
  const { one } = (resource.single && resource.parent) || resource;
  const subject: Event["subject"] = {
    type: one.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    id: String(thing.id),
    account_id: accountId,
  };
  for (const party of parties) {
    const id = thing[party];
    if (typeof id === "string") subject[party] = id;
  }
  // An account shows its organization as a whole.
  const { id: orgId } = Object(thing.organization) as { id?: string };
  if (orgId !== undefined) subject.org_id = orgId;
  const own = resource.param === "member_id" ? memberParty(String(thing.id)) : resource.param;
  if (isParty(own)) subject[own] = String(thing.id);
  return subject;
};

const parties = [
  "issuer_id",
  "org_id",
  "user_id",
  "client_id",
  "agent_id",
  "key_id",
  "session_id",
  "webhook_id",
] as const;
const isParty = (name: string): name is (typeof parties)[number] => (parties as readonly string[]).includes(name);
const memberParty = (id: string): "user_id" | "agent_id" => (id.startsWith("agt_") ? "agent_id" : "user_id");

/** The old values of the fields that a write changed; undefined where it changed none. */
export const changesBetween = (before: object, after: object): Record<string, unknown> | undefined => {
  const now = new Map(Object.entries(after));
  const changed = Object.entries(before).filter(
    // Keys have no order: PostgreSQL keeps those of jsonb in one of its own.
    ([field, value]) => !silent.has(field) && !isDeepStrictEqual(value, now.get(field)),
  );
  return changed.length === 0 ? undefined : Object.fromEntries(changed);
};
/** Moved by every write, or computed. */
const silent = new Set(["updated_at", "stats"]);
