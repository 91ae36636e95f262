import type { Answer, Body, EventType, Operation, Params, Query, Resource } from "@authpi/schema";
import type { Database } from "../db/open.ts";
import type { Parents } from "../db/parents.ts";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import type { Origin } from "../events/append.ts";
import type { Outgoing } from "../outgoing/outgoing.ts";
import type { TokenVerifier } from "../verification/tokens/token-verifier.ts";
import type { Caller } from "./caller.ts";
import type { PageRequest } from "./cursor.ts";

/** What a handler is given. Who, may they, is it well-formed: all of that has been answered. */
export interface Call<R extends Resource, O extends Operation, Row> {
  tx: Tx;
  params: Params<R, O>;
  query: Query<O>;
  body: Body<O>;
  /** The thing that the path names, locked where the operation writes; of a PUT, what may be there already. */
  row: O["item"] extends true ? Row | (O["kind"] extends "put" ? undefined : never) : undefined;
  /** What stands above it in the path. */
  parents: Parents;
  caller: Caller;
  deps: Deps & RoomServices;
  page: PageRequest;
  /** What the handler's `before` made; see `prepared`. */
  prepared: unknown;
  /** One of the operation's declared events: the resource as it is now, the old values of what changed, and what else a reader needs. */
  emit(
    type: O extends { emits: readonly (infer E)[] } ? E & EventType : never,
    resource: object,
    previous?: object,
    more?: Record<string, unknown>,
  ): void;
  /** The state was there already: 200, nothing written, no event. */
  unchanged(): void;
}

/** What the composition root adds to the dependencies. */
export interface Services {
  rootIssuerId: string;
  /** Requests to addresses that a user named. */
  outgoing: Outgoing;
}
/** What beside them a handler may ask. */
export interface RoomServices extends Services {
  tokens: Pick<TokenVerifier, "read" | "ask" | "judge">;
}

export interface LoadCall<R extends Resource> {
  tx: Tx;
  params: Params<R, { kind: "get"; item: true; summary: string }>;
  query: Readonly<Record<string, unknown>>;
  /** The operation's name. */
  operation: string;
  /** True where it writes. */
  lock: boolean;
  deps: Deps & Services;
  parents: Parents;
}

/** A noun's room: how one of it is loaded, and what each of its operations does. */
export interface Room<R extends Resource, Row> {
  load?(call: LoadCall<R>): Promise<Row | undefined>;
  /** The scope resource of the place where the thing lives, where that is not the path's. */
  home?(row: Row, caller: Caller): string;
  operations: { [K in keyof R["operations"]]: Handler<R, R["operations"][K], Row> };
}
type Handler<R extends Resource, O extends Operation, Row> = Work<Call<R, O, Row>, Answer<O>> & {
  before?: (call: never) => Promise<unknown>;
  after?: (begun: never, later: Later) => Promise<unknown>;
};
type Work<C, A> = (call: C) => Promise<A> | A;

/** What is known of a request before its transaction begins. */
export type Before<C> = Pick<C, Extract<keyof C, "params" | "query" | "body" | "caller" | "deps">>;

/**
 * A handler whose slow part, which needs no database (hashing a password, asking a name server), comes before its transaction:
 * no connection waits for it.
 */
export const prepared = <C extends { prepared: unknown }, P, A>(
  before: (call: Before<C>) => Promise<P>,
  work: (call: C & { prepared: P }) => Promise<A> | A,
) =>
  // What perform gives as `prepared` is what this very handler's `before` resolved to.
  Object.assign((call: C) => work(call as C & { prepared: P }), { before });

/** What is there once the transaction of the call is over. */
export interface Later {
  database: Pick<Database, "transaction">;
  deps: Deps & Services;
  epoch: number;
  /** Where the events of the call come from. */
  origin: Origin;
}
/** The answer as far as the transaction knows it, which a repeat gets until the rest is known, and what the rest needs. */
export interface Begun<A, P> {
  answer: A;
  begun: P;
}

/**
 * A handler that is done when something slow is (a request to a user's server): its transaction notes what is to be done and commits,
 * and the answer is that of `after`, which runs outside of any transaction.
 */
export const followed = <C, A, P>(
  work: (call: C) => Promise<Begun<A, P>>,
  after: (begun: P, later: Later) => Promise<A>,
) =>
  // What perform takes for the answer of such a handler is `Begun`; nobody else calls it.
  Object.assign(work as unknown as (call: C) => Promise<A>, { after });

/** Ties a room to its contract: an operation without a handler, or a wrong answer, does not compile. */
export const room = <R extends Resource, Row extends object>(
  resource: R,
  { load, home, operations }: Room<R, Row>,
): Tied => ({
  resource,
  load,
  home,
  operations,
});
/** Its types have done their work: written out, those of a room deep in the tree would be longer than a declaration may be. */
export interface Tied {
  resource: Resource;
  load: unknown;
  home: unknown;
  operations: unknown;
}
export interface Mountable {
  resource: Resource;
  load: ((call: LoadCall<Resource>) => Promise<object | undefined>) | undefined;
  home: ((row: object, caller: Caller) => string) | undefined;
  operations: Readonly<Record<string, MountedHandler>>;
}
export interface MountedHandler {
  (call: Call<Resource, Operation, object>): unknown;
  after?: (begun: never, later: Later) => Promise<unknown>;
  before?: (call: Before<Call<Resource, Operation, object>>) => Promise<unknown>;
}
