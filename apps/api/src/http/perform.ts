import { methodOf, type Operation, operationIdOf, type Resource, statusOf } from "@authpi/schema";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Database } from "../db/open.ts";
import { type Parents, parentsStatement } from "../db/parents.ts";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import { appendEvents, type NewEvent, subjectOf } from "../events/append.ts";
import { type Caller, requireScope } from "./caller.ts";
import { pageRequest } from "./cursor.ts";
import { etagOf, requireMatch } from "./etag.ts";
import { type Answered, type Claim, claimKey } from "./idempotency.ts";
import { originOf } from "./origin.ts";
import { notFound, Problem } from "./problem.ts";
import type { Call, Mountable, Services } from "./room.ts";

export interface Context {
  database: Database;
  deps: Deps & Services;
  epoch: number;
}
export interface Performed {
  resource: Resource;
  name: string;
  operation: Operation;
  room: Mountable;
}
type Params = Record<string, string>;

/** One operation: one transaction, with its event and its idempotent answer, then the answer. */
export const perform = async (
  { database, deps, epoch }: Context,
  { resource, name, operation, room }: Performed,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { caller } = request;
  const params = request.params as Params;
  const query = request.query as Record<string, unknown>;
  const accountId = params.account_id ?? caller.accountIds[0] ?? "";
  const preload = parentsStatement({
    accountId,
    rootIssuerId: deps.rootIssuerId,
    filtersOff: database.filtersOff,
    issuerId: isBelow(resource, "issuer_id") ? params.issuer_id : undefined,
    orgId: isBelow(resource, "org_id") ? params.org_id : undefined,
  });

  const answer = await database.transaction(
    accountId,
    async (tx) => {
      const claim = await claimOf(tx, deps, request, caller);
      if (claim?.stored)
        return { ...claim.stored, headers: { ...claim.stored.headers, "idempotent-replayed": "true" } };
      const parents = parentsOf(tx, resource, deps.rootIssuerId, params);
      const row = await loadRow({ tx, params, query, deps, parents, operation: name }, room, operation, request);
      const events: NewEvent[] = [];
      let unchanged = false;
      const call: Call<Resource, Operation, object> = {
        tx,
        // The validators admitted exactly what the contract's types say.
        params: params as never,
        query: request.query as never,
        body: request.body as never,
        row: row as never,
        parents,
        caller,
        deps,
        page: pageRequest(
          deps.keys.cursors,
          listIdentity(resource, name, request),
          request.query as Record<string, never>,
        ),
        emit: (type, thing, previous) => {
          const data = { resource: thing, ...(previous && { previous }) };
          events.push({ type, subject: subjectOf(accountId, resource, thing as Record<string, unknown>), data });
        },
        unchanged: () => {
          unchanged = true;
        },
      };
      const result = await room.operations[name]?.(call);
      checkEvents(operation, events, unchanged, `${resource.name}.${name}`);
      await appendEvents(tx, events, originOf(request, caller, `${resource.name}.${name}`, epoch), deps.ids);
      const answered = toAnswer(operation, result, request, reply);
      await claim?.keep(answered);
      return answered;
    },
    preload === undefined ? {} : { preload },
  );
  reply.code(answer.status).headers(answer.headers);
  return answer.body === undefined ? reply.send() : reply.type("application/json").serializer(asIs).send(answer.body);
};

const asIs = (body: unknown): string => String(body);

const isBelow = (resource: Resource, param: string): boolean =>
  resource.parent !== undefined && (resource.parent.param === param || isBelow(resource.parent, param));

const claimOf = (tx: Tx, deps: Deps, request: FastifyRequest, caller: Caller): Promise<Claim> | undefined => {
  const key = request.headers["idempotency-key"];
  if (key === undefined || request.method === "GET" || request.method === "HEAD") return undefined;
  if (typeof key !== "string" || key.length < 1 || key.length > 256) {
    throw new Problem("invalid", "Idempotency-Key must have 1 to 256 characters.", {
      fields: [{ field: "Idempotency-Key", code: "invalid", message: "must have 1 to 256 characters" }],
    });
  }
  const { method, url, body } = request;
  return claimKey(tx, deps.keys.idempotency, deps.clock.now(), {
    key,
    credential: caller.keyId,
    method,
    path: url,
    body,
  });
};

/** 404 where anything above the resource is missing. Of the root issuer, an account reaches its organization alone. */
const parentsOf = (tx: Tx, resource: Resource, rootIssuerId: string, params: Params): Parents => {
  const found = (tx.preloaded ?? {}) as Parents;
  const issuerNeeded = isBelow(resource, "issuer_id");
  if (issuerNeeded && !found.issuer) throw notFound();
  if (isBelow(resource, "org_id") && !found.organization) throw notFound();
  const throughOrganizations = resource.param === "org_id" || isBelow(resource, "org_id");
  if (issuerNeeded && params.issuer_id === rootIssuerId && !throughOrganizations) throw notFound();
  return found;
};

const loadRow = async (
  load: {
    tx: Tx;
    params: Params;
    deps: Deps & Services;
    parents: Parents;
    operation: string;
    query: Record<string, unknown>;
  },
  room: Mountable,
  operation: Operation,
  request: FastifyRequest,
): Promise<object | undefined> => {
  if (!operation.item || !room.load) return undefined;
  const lock = methodOf(operation) !== "GET";
  const row = await room.load({ ...load, params: load.params as never, lock });
  if (!row) throw notFound();
  if (room.home) requireScope(request.caller, `${room.home(row, request.caller)}:${request.scopeAction}`);
  if (lock) requireMatch(request.headers["if-match"], row);
  return row;
};

const listIdentity = (resource: Resource, name: string, request: FastifyRequest): unknown[] => {
  const { cursor: _, limit: __, ...filters } = request.query as Record<string, unknown>;
  return [operationIdOf(resource, name), request.params, Object.entries(filters).sort()];
};

/** A forgotten event is a fault of ours, and nothing of the call stays. */
const checkEvents = (operation: Operation, events: readonly NewEvent[], unchanged: boolean, name: string): void => {
  if (operation.emits && events.length === 0 && !unchanged)
    throw new Error(`${name} declares an event and emitted none.`);
  for (const { type } of events) {
    if (!operation.emits?.includes(type)) throw new Error(`${name} emitted ${type}, which it does not declare.`);
  }
};

const toAnswer = (operation: Operation, result: unknown, request: FastifyRequest, reply: FastifyReply): Answered => {
  const status = statusOf(operation);
  if (status === 204) return { status, headers: {}, body: undefined };
  const payload = operation.kind === "list" ? (result as Record<string, unknown>) : { data: result };
  const headers: Record<string, string> = { "cache-control": "no-store" };
  const etag = operation.kind === "list" ? undefined : etagOf(result);
  if (etag) headers.etag = etag;
  if (status === 201) headers.location = `${request.url.split("?", 1)[0]}/${(result as { id: string }).id}`;
  return { status, headers, body: reply.code(status).serializeInput(payload, String(status)) as string };
};
