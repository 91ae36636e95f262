import type { KeyObject } from "node:crypto";
import { operationIdOf, type Resource } from "@authpi/schema";
import type { FastifyRequest } from "fastify";
import { type PageRequest, pageRequest } from "./cursor.ts";

/** The page that a request asks for; its cursor is good for this list, below these ids, with these filters. */
export const pageOf = (
  key: KeyObject,
  resource: Resource,
  name: string,
  { params, query }: FastifyRequest,
): PageRequest => {
  const { cursor, limit, ...filters } = query as { cursor?: string; limit?: number };
  const list = [operationIdOf(resource, name), params, Object.entries(filters).sort()];
  return pageRequest(key, list, { ...(cursor !== undefined && { cursor }), ...(limit !== undefined && { limit }) });
};
