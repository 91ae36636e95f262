import { isDeepStrictEqual } from "node:util";
import type { Event } from "@authpi/schema";
import { type EventType, meteredEventTypes, type Resource } from "@authpi/schema";
import type { Tx } from "../db/tx.ts";
import type { Ids } from "../domain/ids.ts";

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
  { auth, source, trigger, trace, epoch }: Origin,
  ids: Pick<Ids, "series">,
): Promise<void> => {
  if (events.length === 0) return;
  // The time of the ids themselves: a look-up by id then reads one partition.
  const { head, madeAt } = ids.series("event");
  const rows = events.map((event, at) => ({
    id: `${head}${String(at + 1).padStart(5, "0")}`,
    metered: meteredEventTypes.includes(event.type),
    ...event,
  }));
  const told = rows.filter(({ metered }) => !metered).map(({ id, type, subject }) => toldOf(id, type, madeAt, subject));
  const due = await tx.run<{ webhook_id: string; id: string }>(
    insertWithDeliveries,
    ...[source, trigger, trace, JSON.stringify(auth), epoch, madeAt, JSON.stringify(rows)],
    ...[JSON.stringify(told), ids.series("delivery").head],
  );
  await tx.enqueue(
    "webhooks.deliver",
    ...due.map(({ webhook_id, id }) => ({
      data: { accountId: tx.accountId, webhookId: webhook_id, deliveryId: id, ticket: 1 },
      group: webhook_id,
    })),
  );
};

/** What decides which webhooks want an event. */
const toldOf = (id: string, type: EventType, at: number, subject: Event["subject"]) => ({
  ...{ id, type, at },
  parties: {
    issuer: subject.issuer_id,
    organization: subject.org_id,
    user: subject.user_id,
    client: subject.client_id,
    agent: subject.agent_id,
  },
});

/**
 * The events, and in the same statement a delivery of each to every webhook that wants it: nothing has to be found later. Answers with
 * those that are to be sent at once. Metered events are never sent.
 */
const insertWithDeliveries = `
with appended as (
  insert into events (account_id, source, trigger, trace, auth, epoch, created_at, id, metered, type, subject, data,
    issuer_id, org_id, user_id, client_id, agent_id, key_id)
  select $1, $2, $3, $4, $5::jsonb, $6::integer, $7::bigint, e.id, e.metered, e.type, e.subject, e.data,
    e.subject ->> 'issuer_id', e.subject ->> 'org_id', e.subject ->> 'user_id', e.subject ->> 'client_id',
    e.subject ->> 'agent_id', e.subject ->> 'key_id'
  from jsonb_to_recordset($8::jsonb) as e (id text, metered boolean, type text, subject jsonb, data jsonb))
select webhook_id, id from deliveries_of($1, $9::jsonb, $10)`;

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
