import {
  type Method,
  methodOf,
  type Operation,
  operationIdOf,
  pathOf,
  type Resource,
  resources,
  scopesOf,
} from "@authpi/schema";

/** One operation of the contracts, with what follows from them. */
export interface OperationCase {
  /** `issuers.organizations.apiKeys.rotate` */
  id: string;
  resource: Resource;
  name: string;
  operation: Operation;
  method: Method;
  /** `/v1/accounts/{account_id}/issuers` */
  path: string;
  /** The path's parameters, from the top of the tree down. */
  params: string[];
  /** The scopes of which one admits; none where any valid credential does. */
  scopes: string[];
  /** Exactly what admits: one of them, and what the operation asks for besides. */
  needed: string[];
}

/** Every operation of every contract: a new one is swept by being there. */
export const everyOperation: readonly OperationCase[] = resources.flatMap((resource) =>
  Object.entries(resource.operations).map(([name, operation]) => {
    const path = pathOf(resource, operation);
    const scopes = scopesOf(resource, operation);
    return {
      id: operationIdOf(resource, name),
      resource,
      name,
      operation,
      method: methodOf(operation),
      path,
      params: [...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => String(param)),
      scopes,
      needed: [...scopes.slice(0, 1), ...(operation.also ?? [])],
    };
  }),
);

/** The operations that may change something. */
export const everyWrite = everyOperation.filter(({ method }) => method !== "GET");
export const withBody = everyOperation.filter(({ operation }) => operation.body !== undefined);
export const withParams = everyOperation.filter(({ params }) => params.length > 0);

/** The operation's path for these ids, each as it stands in a URL. */
export const pathFor = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/\{(\w+)\}/g, (_, param) => {
    const value = params[param];
    if (value === undefined) throw new Error(`${path} has no ${param} here.`);
    return value;
  });
