import { type Static, Type } from "typebox";
import { defineResource, op } from "../contract.ts";
import { eventTypes } from "../events.ts";
import * as f from "../fields.ts";
import { accounts } from "./accounts.ts";

const maybe = (kind: Parameters<typeof f.id>[0]) => f.optional(f.id(kind));

export const EventAuth = Type.Object(
  {
    type: f.oneOf(["api_key", "user", "personal_token", "agent", "client", "system"]),
    key_id: f.optional(f.id("apiKey", "The id of the API key, or of the personal token (`tok_…`)")),
    user_id: maybe("user"),
    agent_id: maybe("agent"),
    client_id: maybe("client"),
    org_id: maybe("organization"),
    ip: f.optional(Type.String()),
    user_agent: f.optional(Type.String()),
  },
  { title: "EventAuth", description: "Who did it; what is not known is left out." },
);
export const EventSubject = Type.Object(
  {
    type: Type.String({ examples: ["api_key"] }),
    id: Type.String(),
    account_id: f.id("account"),
    issuer_id: maybe("issuer"),
    org_id: maybe("organization"),
    user_id: maybe("user"),
    client_id: maybe("client"),
    agent_id: maybe("agent"),
    key_id: maybe("apiKey"),
    session_id: maybe("session"),
    webhook_id: maybe("webhook"),
  },
  { title: "EventSubject", description: "What it concerns: every party that is known." },
);
export const Event = Type.Object(
  {
    spec: f.oneOf(["1.0"]),
    id: f.id("event"),
    type: f.oneOf(eventTypes, { title: "EventType" }),
    source: f.oneOf(["core", "idp", "jobs"]),
    trigger: Type.String({ description: "The operation, the grant or the job.", examples: ["apiKeys.create"] }),
    trace: Type.String({ description: "The request's id, or the W3C trace id that came with it." }),
    auth: EventAuth,
    subject: EventSubject,
    timestamp: f.millis("When it happened."),
    data: Type.Unsafe<Record<string, unknown>>({
      type: "object",
      additionalProperties: true,
      description:
        "`{resource}`; `{resource, previous}` of an update, with the old values of what changed. Never a secret.",
    }),
  },
  { title: "Event" },
);
export type Event = Static<typeof Event>;

const time = (about: string) =>
  f.optional(Type.Number({ minimum: 0, maximum: 8_640_000_000_000_000, description: `${about} Unix milliseconds.` }));
export const eventFilters = {
  issuer_id: f.optional(f.idInput("issuer")),
  user_id: f.optional(f.idInput("user")),
  client_id: f.optional(f.idInput("client")),
  org_id: f.optional(f.idInput("organization")),
  agent_id: f.optional(f.idInput("agent")),
  key_id: f.optional(f.idInput("apiKey")),
  event_types: f.optional(
    Type.String({
      minLength: 1,
      maxLength: 4000,
      pattern: "^[a-z.*,-]+$",
      description:
        "Types, separated by commas; a trailing `.*` takes a family. A type or a family that does not exist is refused.",
      examples: ["api-key.*,user.created"],
    }),
  ),
  after: time("From this time on."),
  before: time("Before this time."),
};

const eventIntervals = ["minute", "hour", "day", "month"] as const;
const parties = ["issuer_id", "org_id", "user_id", "client_id", "key_id"] as const;
export const eventBucketsMax = 1000;

export const EventBucket = Type.Object(
  {
    start: f.nullable(f.millis("When the bucket begins, in UTC; null without an interval.")),
    key: f.nullable(
      Type.String({
        description:
          "What its events have in common; null without `group_by`, and for the events that name no such id.",
        examples: ["api-key.verified"],
      }),
    ),
    count: Type.Integer({ minimum: 0, description: "How many events there are.", examples: [42] }),
    unique: f.nullable(
      Type.Integer({
        minimum: 0,
        description: "How many different ids of the kind of `count_unique` they name; null without it.",
      }),
    ),
  },
  { title: "EventBucket" },
);
export const EventAggregate = Type.Object(
  {
    interval: f.nullable(f.oneOf(eventIntervals)),
    group_by: f.nullable(f.oneOf(["type", ...parties])),
    buckets: Type.Array(EventBucket, {
      description: "By `start`, then by `key`; each key has a bucket in every interval, empty ones included.",
    }),
  },
  { title: "EventAggregate" },
);

export const events = defineResource({
  name: "events",
  one: "event",
  segment: "events",
  param: "event_id",
  parent: accounts,
  description: "Every change is an event, written in the same transaction.",
  operations: {
    list: op.list({
      summary: "List events",
      description:
        "Newest first. With `order=asc` it reads forward, never skips an event that commits late, and an exhausted page still has its cursor, to poll from. A forward page looks at 10,000 events at most: with filters it may be short, or empty, where `has_more` is true.",
      item: Event,
      filters: { ...eventFilters, order: f.optional(f.oneOf(["desc", "asc"], { default: "desc" })) },
    }),
    aggregate: op.read({
      suffix: "aggregate",
      item: false,
      summary: "Count events",
      description: `In buckets of an interval, from \`after\` to \`before\`, or from the first event to the last where one is left out. More than ${eventBucketsMax.toLocaleString("en")} buckets are refused.`,
      filters: {
        ...eventFilters,
        interval: f.optional(
          f.nullable(
            f.oneOf(eventIntervals, { description: "How long a bucket is; all in one where it is left out." }),
          ),
        ),
        group_by: f.optional(
          f.nullable(f.oneOf(["type", ...parties], { description: "Counts each value on its own." })),
        ),
        count_unique: f.optional(
          f.nullable(f.oneOf(parties, { description: "Counts the different ids of this kind too." })),
        ),
      },
      returns: EventAggregate,
    }),
    get: op.get({ summary: "Get an event", returns: Event }),
  },
});
