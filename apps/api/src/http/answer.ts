import { type Operation, type Resource, statusOf } from "@authpi/schema";
import type { FastifyReply, FastifyRequest } from "fastify";
import { etagOf } from "./etag.ts";
import type { Answered } from "./idempotency.ts";

/** The answer in its envelope, serialised by the contract: what that does not declare does not leave. */
export const answerOf = (
  { param, operation }: Pick<Resource, "param"> & { operation: Operation },
  result: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): Answered => {
  const status = statusOf(operation);
  if (status === 204) return { status, headers: {}, body: undefined };
  const isList = operation.kind === "list";
  const etag = isList ? undefined : etagOf(result);
  const id = idOf(result, param);
  const headers = {
    "cache-control": "no-store",
    ...(etag && { etag }),
    ...(status === 201 && id !== undefined && { location: `${pathOf(request)}/${id}` }),
  };
  const isWhole = isList || operation.envelope === "none";
  const payload = isWhole ? (result as Record<string, unknown>) : { data: result };
  return { status, headers, body: String(reply.serializeInput(payload, String(status))) };
};

/** What was made says its id under the name `id`, or under that of the path's parameter; it may be no resource yet: an enrollment, say. */
const idOf = (result: unknown, param: string): unknown => {
  const { id, [param]: named } = Object(result) as Record<string, unknown>;
  return id ?? named;
};

/** Without the query, and without the origin that a request in absolute form may name. */
const pathOf = ({ url }: FastifyRequest): string => url.replace(/^[a-z]+:\/\/[^/]*/i, "").replace(/\?.*$/s, "");

export const send = (reply: FastifyReply, { status, headers, body }: Answered): FastifyReply => {
  reply.code(status).headers(headers);
  return body === undefined ? reply.send() : reply.type("application/json").serializer(asIs).send(body);
};

const asIs = (body: unknown): string => String(body);
