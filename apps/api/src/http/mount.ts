import {
  actionOf,
  envelopeOf,
  methodOf,
  type Operation,
  operationIdOf,
  pathOf,
  type Resource,
  scopesOf,
  statusOf,
} from "@authpi/schema";
import type {
  FastifyInstance,
  FastifyRequest,
  onRequestAsyncHookHandler,
  onRequestHookHandler,
  preValidationHookHandler,
} from "fastify";
import { Type } from "typebox";
import { accountsWith, actingOn, type Caller, requireScope } from "./caller.ts";
import { type Context, perform } from "./perform.ts";
import { notFound } from "./problem.ts";
import type { Mountable } from "./room.ts";

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
    scopeAction: "read" | "write" | "delete";
  }
}

/** What happens to a request, in this order; the last step's own order stands in perform.ts. */
const steps = (context: Context & { identify: onRequestHookHandler }, resource: Resource, operation: Operation) => ({
  onRequest: [context.identify, ownTenant, mayDo(resource, operation)],
  preValidation: [emptyBody(operation), nullIsAbsent(operation)],
});

/** Makes the routes of a room: every operation of its contract. */
export const mount = (
  app: FastifyInstance,
  context: Context & { identify: onRequestHookHandler },
  room: Mountable,
): void => {
  const { resource } = room;
  for (const [name, operation] of Object.entries(resource.operations)) {
    app.route({
      method: methodOf(operation),
      url: pathOf(resource, operation).replace(/\{(\w+)\}/g, ":$1"),
      config: { operationId: operationIdOf(resource, name) },
      schema: {
        querystring: operation.query ?? noQuery,
        ...(operation.body && { body: operation.body }),
        ...(operation.returns && { response: { [statusOf(operation)]: envelopeOf(operation) } }),
      },
      ...steps(context, resource, operation),
      handler: (request, reply) => perform(context, { resource, name, operation, room }, request, reply),
    });
  }
};

const noQuery = Type.Object({}, { additionalProperties: false });

/**
 * No parameter is longer than a domain (RFC 1035, 2.3.4). Another account, and an organization's key anywhere in here, is told what does
 * not exist.
 */
const ownTenant: onRequestHookHandler = (request, _, done) => {
  const params = request.params as Record<string, string>;
  const { caller } = request;
  const acting = params.account_id === undefined ? caller : actingOn(caller, params.account_id);
  const wellFormed = Object.values(params).every((value) => /^[\x21-\x7e]{1,253}$/.test(value));
  if (!acting || acting.accounts.length === 0 || !wellFormed) return done(notFound());
  request.caller = acting;
  done();
};

const mayDo = (resource: Resource, operation: Operation): onRequestAsyncHookHandler => {
  const scopes = scopesOf(resource, operation);
  const action = actionOf(operation);
  return async (request) => {
    request.scopeAction = action;
    const { caller, params } = request;
    // Where the path names no account, one on which it may is enough: the handler answers for those alone.
    const some = !Object(params).account_id && scopes.some((scope) => accountsWith(caller, scope).length > 0);
    if (!some) requireScope(caller, ...scopes);
    for (const more of operation.also ?? []) requireScope(caller, more);
  };
};

/** An empty body is `{}`. */
const emptyBody =
  (operation: Operation): preValidationHookHandler =>
  (request: FastifyRequest, _, done) => {
    if (operation.body && request.body === undefined) request.body = {};
    done();
  };

/** In the body of a create, null means absent. What the contract does not know stays, and is refused. */
const nullIsAbsent = ({ kind, body: contract }: Operation): preValidationHookHandler => {
  const known = new Set(Object.keys(contract?.properties ?? {}));
  return (request: FastifyRequest, _, done) => {
    const { body } = request;
    if (kind === "create" && typeof body === "object" && body !== null && !Array.isArray(body)) {
      const given = Object.entries(body).filter(([key, value]) => value !== null || !known.has(key));
      request.body = Object.fromEntries(given);
    }
    done();
  };
};
