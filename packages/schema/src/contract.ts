import { type Static, type TObject, type TProperties, type TSchema, Type } from "typebox";
import type { EventType } from "./events.ts";
import { PageQuery } from "./pages.ts";

/** What an operation does to a resource; method, status, scope action and envelope follow from it. */
export type Kind = "list" | "get" | "create" | "update" | "delete" | "action" | "read" | "put";

export interface Operation {
  readonly kind: Kind;
  /** True where the path holds this resource's own id. */
  readonly item: boolean;
  /** What stands behind the collection or the item: `rotate`, `secret/rotate`. */
  readonly suffix?: string;
  readonly summary: string;
  readonly description?: string;
  readonly query?: TObject;
  readonly body?: TObject;
  readonly returns?: TSchema;
  /** The events of which one is emitted by a call that changes something; the first is the usual one. */
  readonly emits?: readonly EventType[];
  /** Scopes that the caller must hold besides the operation's own. */
  readonly also?: readonly string[];
  /** What it returns is the whole body, without `data` around it. */
  readonly envelope?: "none";
  /** An answer of 200 in the place of the kind's own status. */
  readonly status?: 200;
}

export interface Resource {
  /** Plural, camelCase: the property of the client tree. */
  readonly name: string;
  /** Singular, camelCase: the handle of the client tree. */
  readonly one: string;
  /** Plural, kebab-case: the URL's segment and the scope's. */
  readonly segment: string;
  /** The path parameter of one of them. */
  readonly param: string;
  readonly parent?: Resource;
  /** What the path parameter is, where that is no id of ours. */
  readonly key?: TSchema;
  /** There is one of it: its path has no id of its own, and `param` is its parent's. */
  readonly single?: true;
  /** What it is kept as a part of: that one's `ETag` is its own, moved by its writes and looked at by `If-Match`; `Location` leads there. */
  readonly partOf?: Resource;
  readonly description: string;
  /** Scope resources that count in the place of this one's own where the thing lives there. */
  readonly homes?: readonly string[];
  readonly operations: Readonly<Record<string, Operation>>;
}

interface Told {
  summary: string;
  description?: string;
  also?: readonly string[];
}
interface Emitting<E extends Events> {
  emits: E;
}
type Events = readonly EventType[];
type NoFilters = Record<never, never>;

/** The operations, by kind. Each takes what cannot follow from its kind. */
export const op = {
  list: <I extends TSchema, const F extends TProperties = NoFilters>(
    o: Told & { item: I; filters?: F; whole?: true },
  ) => {
    const { item, filters, whole, ...told } = o;
    const query = Type.Object(
      { ...(whole ? {} : PageQuery.properties), ...filters } as F & typeof PageQuery.properties,
      closed,
    );
    return { kind: "list", item: false, query, returns: item, ...told } as const;
  },
  get: <R extends TSchema, const Q extends TProperties = NoFilters>(o: Told & { returns: R; filters?: Q }) => {
    const { filters, ...told } = o;
    return { kind: "get", item: true, query: Type.Object((filters ?? {}) as Q, closed), ...told } as const;
  },
  create: <B extends TObject, R extends TSchema, const E extends Events>(
    o: Told & Emitting<E> & { body: B; returns: R },
  ) => ({ kind: "create", item: false, ...o }) as const,
  update: <B extends TObject, R extends TSchema, const E extends Events>(
    o: Told & Emitting<E> & { body: B; returns: R },
  ) => ({ kind: "update", item: true, ...o }) as const,
  /** With what it returns it answers 200, where there is something to tell. */
  delete: <const O extends Told & Emitting<Events> & { returns?: TSchema }>(o: O) =>
    ({ kind: "delete", item: true, ...o }) as const,
  /** A PUT of something that is there already into the place above: the caller knows its id, and a repeat changes nothing. */
  put: <R extends TSchema, const E extends Events>(o: Told & Emitting<E> & { returns: R }) =>
    ({ kind: "put", item: true, ...o }) as const,
  /** A POST on one resource, named by the path's last segment. */
  action: <R extends TSchema, const E extends Events, B extends TObject = typeof Empty>(
    o: Told & Emitting<E> & { suffix: string; body?: B; returns: R },
  ) => ({ kind: "action", item: true, ...o, body: (o.body ?? Empty) as B }) as const,
  /** A POST on the whole collection, named by the path's last segment. */
  actionOnAll: <R extends TSchema, const E extends Events, B extends TObject = typeof Empty>(
    o: Told & Emitting<E> & { suffix: string; body?: B; returns: R },
  ) => ({ kind: "action", item: false, ...o, body: (o.body ?? Empty) as B }) as const,
  /** A list of something else, below one resource. */
  listBelow: <I extends TSchema, const F extends TProperties = NoFilters>(
    o: Told & { suffix: string; of: I; filters?: F },
  ) => {
    const { of, filters, ...rest } = o;
    return {
      kind: "list",
      item: true,
      query: Type.Object({ ...PageQuery.properties, ...filters } as F & typeof PageQuery.properties, closed),
      returns: of,
      ...rest,
    } as const;
  },
  /** A GET below one resource or below the collection that answers with something other than the resource. */
  read: <R extends TSchema, const I extends boolean, const Q extends TProperties = NoFilters>(
    o: Told & { suffix: string; item: I; filters?: Q; returns: R; envelope?: "none" },
  ) => {
    const { filters, ...rest } = o;
    return { kind: "read", query: Type.Object((filters ?? {}) as Q, closed), ...rest } as const;
  },
};

const closed = { additionalProperties: false } as const;
const Empty = Type.Object({}, closed);

export const defineResource = <const R extends Resource>(resource: R): R => resource;

type Chain<R> = R extends { parent: infer P extends Resource } ? Chain<P> & { [K in P["param"]]: string } : unknown;

/** The path parameters of an operation. */
export type Params<R extends Resource, O extends Operation> = Chain<R> &
  (O["item"] extends true ? { [K in R["param"]]: string } : unknown);
export type Query<O> = O extends { query: infer Q extends TSchema } ? Static<Q> : Record<string, never>;
export type Body<O> = O extends { body: infer B extends TSchema } ? Static<B> : undefined;

export interface Page<T> {
  data: T[];
  has_more: boolean;
  next_cursor: string | null;
}
/** What a handler answers: the inner resource, a page for lists, nothing for deletions. */
export type Answer<O> = O extends { kind: "delete"; returns?: undefined }
  ? undefined
  : O extends { kind: "list"; returns: infer T extends TSchema }
    ? Page<Static<T>>
    : O extends { returns: infer T extends TSchema }
      ? Static<T>
      : undefined;
