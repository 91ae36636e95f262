import { itemPath, type Operation, type Resource, statusOf } from "@authpi/schema";
import type { FastifyReply, FastifyRequest } from "fastify";
import { etagOf } from "./etag.ts";
import type { Answered } from "./idempotency.ts";

/**
 * The answer in its envelope, serialised by the contract: what that does not declare does not leave. So what tells of a part of
 * something brings the `updated_at` of that along, as its ETag.
 */
export const answerOf = (
  { resource, operation }: { resource: Resource; operation: Operation },
  result: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Answered => {
  const status = statusOf(operation);
  if (status === 204) return { status, headers: {}, body: undefined };
  const isList = operation.kind === "list";
  const etag = isList ? undefined : etagOf(result);
  const headers = {
    "cache-control": "no-store",
    ...(etag && { etag }),
    ...(status === 201 && locationOf(resource, result, request)),
  };
  const isWhole = isList || operation.envelope === "none";
  const payload = isWhole ? (result as Record<string, unknown>) : { data: result };
  return { status, headers, body: String(reply.serializeInput(payload, String(status))) };
};

const locationOf = ({ param, partOf }: Resource, result: unknown, request: FastifyRequest) => {
  if (partOf) {
    const params = request.params as Record<string, string>;
    return { location: itemPath(partOf).replace(/\{(\w+)\}/g, (_, name) => String(params[name])) };
  }
  // What was made says its id under that name or the path parameter's; an enrollment's is the id of what it will become.
  const { id, [param]: named, enrollment_id } = Object(result) as Record<string, unknown>;
  const own = id ?? named ?? enrollment_id;
  return own === undefined ? {} : { location: `${pathOf(request)}/${own}` };
};

/** Without the query, and without the origin that a request in absolute form may name. */
const pathOf = ({ url }: FastifyRequest): string => url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/\?.*$/s, "");

export const send = (reply: FastifyReply, { status, headers, body }: Answered): FastifyReply => {
  reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type("application/json").serializer(asIs).send(body);
};

const asIs = (body: unknown): string => String(body);
