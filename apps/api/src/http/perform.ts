import type { Operation, Resource } from "@authpi/schema";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Database } from "../db/open.ts";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import { appendEvents } from "../events/append.ts";
import { answerOf, send } from "./answer.ts";
import { type Caller, requireHeld, requireScope } from "./caller.ts";
import { collectEvents } from "./emitted.ts";
import { type Answered, type Claim, claimKey, keyOf } from "./idempotency.ts";
import { loadRow } from "./load.ts";
import { originOf } from "./origin.ts";
import { pageOf } from "./page-of.ts";
import { parentsOf, preloadOf } from "./parents.ts";
import type { Begun, Call, Mountable, RoomServices } from "./room.ts";

export interface Context {
  database: Database;
  deps: Deps & RoomServices;
  epoch: number;
}
export interface Performed {
  resource: Resource;
  name: string;
  operation: Operation;
  room: Mountable;
}

/** One operation in one transaction: its work, its event, and the answer that a repeat of the request will get. */
export const perform = async (
  { database, deps, epoch }: Context,
  performed: Performed,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  const { resource, name, operation, room } = performed;
  const { caller, query, body } = request;
  const params = request.params as Record<string, string>;
  const accountId = params.account_id ?? caller.accounts[0]?.accountId ?? "";
  const trigger = `${resource.name}.${name}`;

  // The validators admitted exactly what the contract's types say.
  const given = { params: params as never, query: query as never, body: body as never, caller, deps };
  const handler = room.operations[name];
  const done = await handler?.before?.(given);
  const origin = originOf(request, caller, trigger, epoch);
  let begun: unknown;
  let keep: Claim["keep"] | undefined;

  const work = async (tx: Tx): Promise<Answered> => {
    const claim = await claimOf(tx, deps, request);
    if (claim?.stored) return replayed(claim.stored, caller);
    const parents = parentsOf(tx, resource, deps.rootIssuerId, params);
    const { row, scope } = await loadRow({ tx, params, query, deps, parents }, performed, request);
    const events = collectEvents(accountId, resource, operation, trigger);
    const call: Call<Resource, Operation, object> = {
      ...given,
      tx,
      row: row as never,
      parents,
      prepared: done,
      page: pageOf(deps.keys.cursors, resource, name, request),
      emit: events.emit,
      unchanged: events.unchanged,
    };
    let result = await handler?.(call);
    // A handler with an `after` answers with Begun.
    if (handler?.after) ({ answer: result, begun } = result as Begun<unknown, unknown>);
    await appendEvents(tx, events.collected(), origin, deps.ids);
    const answer = answerOf({ resource, operation }, result, request, reply);
    const kept = { ...(scope && { scope }), handedOn: caller.handedOn };
    await claim?.keep(tx, { ...answer, ...kept });
    keep = claim && ((later, whole) => claim.keep(later, { ...whole, ...kept }));
    return answer;
  };

  const preload = preloadOf(database, performed, deps.rootIssuerId, { ...params, account_id: accountId });
  const answer = await database.transaction(accountId, work, preload);
  if (!handler?.after || begun === undefined) return send(reply, answer);
  const result = await handler.after(begun as never, { database, deps, epoch, origin });
  const whole = answerOf({ resource, operation }, result, request, reply);
  if (keep) await database.transaction(accountId, (tx) => keep?.(tx, whole) ?? Promise.resolve());
  return send(reply, whole);
};

const claimOf = async (tx: Tx, deps: Deps, request: FastifyRequest): Promise<Claim | undefined> => {
  const key = keyOf(request);
  if (key === undefined) return undefined;
  const { method, url, body, caller } = request;
  const claimed = { key, credential: caller.id, method, path: url, body };
  return claimKey(tx, deps.keys.idempotency, deps.clock.now(), claimed);
};

/** What the caller had to hold beyond the operation's own scope is asked again: it may hold less by now. */
const replayed = ({ scope, handedOn = [], ...answer }: Answered, caller: Caller): Answered => {
  if (scope) requireScope(caller, scope);
  requireHeld(caller, handedOn);
  return { ...answer, headers: { ...answer.headers, "idempotent-replayed": "true" } };
};
