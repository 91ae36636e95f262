import { type Json, type JsonSchema, plain } from "../json-schema.ts";
import { isRepeatable, type Route } from "../route.ts";

interface Header {
  description: string;
  required?: boolean;
  schema: JsonSchema;
  example: Json;
}

const text = { type: "string" };
const path = "/v1/accounts/acc_01kb2m4q7x9w3e5r8t1y6u0p2/issuers/i_01kb2m4q7x9w3e5r8t1y6u0p2";
/** Of seconds, or of requests. */
const number = { type: "integer", minimum: 0 };

/** `components.headers`. */
export const sharedHeaders = {
  RequestId: {
    description: "Names this request in the server's log.",
    required: true,
    schema: text,
    example: "req_01kb2m4q7x9w3e5r8t1y6u0p2",
  },
  ETag: {
    description: "The state of the resource, for `If-Match`.",
    required: true,
    schema: text,
    example: '"1781222400000"',
  },
  ETagWhereResource: {
    description: "There where the answer is the resource: its state, for `If-Match`.",
    schema: text,
    example: '"1781222400000"',
  },
  Location: {
    description: "The path of what was created, or of what it is kept as a part of.",
    required: true,
    schema: text,
    example: path,
  },
  LocationWhereResource: {
    description: "There where the answer is the resource: its path.",
    schema: text,
    example: path,
  },
  IdempotentReplayed: {
    description: "There where this is the stored answer of an earlier request.",
    schema: { type: "string", enum: ["true"] },
    example: "true",
  },
  RetryAfter: { description: "Seconds to wait.", required: true, schema: number, example: 1 },
  RetryAfterWhereRunning: {
    description: "Seconds to wait, where a request with the same idempotency key still runs.",
    schema: number,
    example: 1,
  },
  RateLimitLimit: {
    description: "How many a window has of what there were too many; not where a verifier is locked.",
    schema: number,
    example: 60,
  },
  RateLimitRemaining: { description: "How many are left in it.", schema: number, example: 0 },
  RateLimitReset: { description: "Seconds until it ends; equals `Retry-After`.", schema: number, example: 1 },
  Authenticate: {
    description: "The schemes that are accepted (RFC 9110, 11.6.1).",
    required: true,
    schema: text,
    example: 'Basic realm="authpi", charset="UTF-8"',
  },
} as const satisfies Record<string, Header>;

type Headers = Record<string, { $ref: string }>;

export const successHeaders = (route: Route): Headers => ({
  ...always,
  ...(has(route, "updated_at") && { ETag: reference(where(route, "ETag")) }),
  ...(route.success === 201 && has(route, "id") && { Location: reference(where(route, "Location")) }),
  ...(isRepeatable(route.operation) && { "Idempotent-Replayed": reference("IdempotentReplayed") }),
});

export const errorHeaders = (status: number): Headers => ({
  ...always,
  ...(status === 401 && { "WWW-Authenticate": reference("Authenticate") }),
  ...(status === 412 && { ETag: reference("ETag") }),
  ...(status === 409 && { "Retry-After": reference("RetryAfterWhereRunning") }),
  ...([429, 503].includes(status) && { "Retry-After": reference("RetryAfter") }),
  ...(status === 429 && {
    "RateLimit-Limit": reference("RateLimitLimit"),
    "RateLimit-Remaining": reference("RateLimitRemaining"),
    "RateLimit-Reset": reference("RateLimitReset"),
  }),
});

/** Whether the answer is a noun, or tells of a part of one: its path ends in an `id`, its time of the last write is its ETag. */
const has = ({ operation, resource }: Route, field: string): boolean => {
  if (resource.partOf) return operation.kind !== "list";
  const properties = operation.returns && operation.kind !== "list" ? plain(operation.returns).properties : undefined;
  return properties?.[field] !== undefined;
};

/** What begins with something that is no resource yet has an answer for each. */
const where = <N extends "ETag" | "Location">({ operation, resource }: Route, name: N): N | `${N}WhereResource` =>
  resource.partOf || (operation.returns && plain(operation.returns).required?.includes("id"))
    ? name
    : `${name}WhereResource`;

const reference = (name: keyof typeof sharedHeaders) => ({ $ref: `#/components/headers/${name}` });
const always: Headers = { "X-Request-Id": reference("RequestId") };
