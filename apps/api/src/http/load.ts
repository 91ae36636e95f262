import type { Resource } from "@authpi/schema";
import { methodOf } from "@authpi/schema";
import type { FastifyRequest } from "fastify";
import { requireScope } from "./caller.ts";
import { requireMatch } from "./etag.ts";
import type { Performed } from "./perform.ts";
import { notFound } from "./problem.ts";
import type { LoadCall } from "./room.ts";

type Load = Omit<LoadCall<Resource>, "lock" | "operation" | "query" | "params"> & { params: unknown; query: unknown };

interface Loaded {
  row: object | undefined;
  /** The scope of the place where it lives, where that is not the path's. */
  scope?: string;
}

/** The thing that the path names: 404 where there is none, 403 where it lives out of reach, 412 where it has changed. */
export const loadRow = async (
  { params, query, ...load }: Load,
  { room, operation, name }: Performed,
  { caller, scopeAction, headers }: FastifyRequest,
): Promise<Loaded> => {
  if (!operation.item || !room.load) return { row: undefined };
  const lock = methodOf(operation) !== "GET";
  // The validators admitted exactly what the contract's types say.
  const row = await room.load({ ...load, params: params as never, query: query as never, operation: name, lock });
  if (operation.kind === "put") return { row };
  if (!row) throw notFound();
  const home = room.home?.(row, caller);
  const scope = home && `${home}:${scopeAction}`;
  if (scope) requireScope(caller, scope);
  if (lock) requireMatch(headers["if-match"], row);
  return { row, ...(scope && { scope }) };
};
