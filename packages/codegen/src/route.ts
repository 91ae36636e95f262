import {
  type Method,
  methodOf,
  type Operation,
  operationIdOf,
  pathOf,
  type Resource,
  scopesOf,
  statusOf,
} from "@authpi/schema";

/** An operation with everything that follows from its place in the tree. */
export interface Route {
  /** `issuers.organizations.apiKeys.rotate`. */
  readonly id: string;
  readonly resource: Resource;
  readonly operation: Operation;
  readonly method: Method;
  readonly path: string;
  /** One of them admits; none are needed where the list is empty. */
  readonly scopes: readonly string[];
  readonly success: 200 | 201 | 204;
  /** Every status that it can answer with, the success first. */
  readonly statuses: readonly number[];
}

export const routesOf = (resources: readonly Resource[]): Route[] =>
  resources.flatMap((resource) =>
    Object.entries(resource.operations).map(([name, operation]) => ({
      id: operationIdOf(resource, name),
      resource,
      operation,
      method: methodOf(operation),
      path: pathOf(resource, operation),
      scopes: scopesOf(resource, operation),
      success: statusOf(operation),
      statuses: [statusOf(operation), ...failuresOf(resource, operation)],
    })),
  );

/** Whether a repeat with the same `Idempotency-Key` gets the stored answer. */
export const isRepeatable = (operation: Operation): boolean => methodOf(operation) !== "GET";

/** Whether `If-Match` is looked at. */
export const isConditional = ({ kind, item }: Operation): boolean =>
  item && ["update", "delete", "action"].includes(kind);

const failuresOf = (resource: Resource, operation: Operation): number[] => {
  const scoped = scopesOf(resource, operation).length > 0;
  const repeatable = isRepeatable(operation);
  return [
    400,
    401,
    // What an account's credential may not see is 404 to it, the list of accounts included.
    ...(scoped ? [403, 404] : []),
    ...(repeatable ? [409] : []),
    ...(isConditional(operation) ? [412] : []),
    // Also of a DELETE: none of them has a body, but somebody may send one.
    ...(repeatable ? [413, 415, 422] : []),
    429,
    500,
    503,
  ];
};
