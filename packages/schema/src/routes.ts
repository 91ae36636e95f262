import type { Kind, Operation, Resource } from "./contract.ts";
import { dataOf, pageOf } from "./pages.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

const methods: Record<Kind, Method> = {
  list: "GET",
  get: "GET",
  read: "GET",
  create: "POST",
  action: "POST",
  update: "PATCH",
  put: "PUT",
  delete: "DELETE",
};
const actions: Record<Kind, "read" | "write" | "delete"> = {
  list: "read",
  get: "read",
  read: "read",
  create: "write",
  action: "write",
  update: "write",
  put: "write",
  delete: "delete",
};

export const methodOf = (operation: Operation): Method => methods[operation.kind];

export const statusOf = (operation: Operation): 200 | 201 | 204 => {
  if (operation.status) return operation.status;
  if (operation.kind === "create") return 201;
  return operation.kind === "delete" && !operation.returns ? 204 : 200;
};

/** The body of a successful answer; undefined where there is none. */
export const envelopeOf = ({ kind, envelope, returns }: Operation) => {
  if (!returns || envelope === "none") return returns;
  return kind === "list" ? pageOf(returns) : dataOf(returns);
};

/** The path in OpenAPI's notation, `/v1/accounts/{account_id}/issuers`. */
export const pathOf = (resource: Resource, operation: Operation): string => {
  const suffix = operation.suffix ? `/${operation.suffix}` : "";
  return `${operation.item ? itemPath(resource) : collectionPath(resource)}${suffix}`;
};

/** The path of the collection, its parents' ids included. */
export const collectionPath = (resource: Resource): string => {
  const base = resource.parent ? itemPath(resource.parent) : "/v1";
  return `${base}/${resource.segment}`;
};

/** The path of one of them. */
export const itemPath = (resource: Resource): string =>
  resource.single ? collectionPath(resource) : `${collectionPath(resource)}/{${resource.param}}`;

/** The resources from the top of the tree down to this one. */
export const lineageOf = (resource: Resource): Resource[] =>
  resource.parent ? [...lineageOf(resource.parent), resource] : [resource];

/** The scope resource: the dotted path below the account (`issuers.organizations.api-keys`). */
export const scopeResourceOf = (resource: Resource): string => {
  const lineage = lineageOf(resource).map((one) => one.segment);
  return (lineage.length > 1 && lineage[0] === "accounts" ? lineage.slice(1) : lineage).join(".");
};

/** The scopes of which one admits to the operation; none where any valid credential does. */
export const scopesOf = (resource: Resource, operation: Operation): string[] => {
  if (resource.segment === "me") return [];
  const homes = operation.item ? (resource.homes ?? []) : [];
  return [scopeResourceOf(resource), ...homes].map((home) => `${home}:${actions[operation.kind]}`);
};

export const actionOf = (operation: Operation): "read" | "write" | "delete" => actions[operation.kind];

/** The operation's name in the whole tree, `issuers.organizations.apiKeys.rotate`: OpenAPI's operationId. */
export const operationIdOf = (resource: Resource, name: string): string => {
  const lineage = lineageOf(resource).map((one) => one.name);
  return [...(lineage.length > 1 && lineage[0] === "accounts" ? lineage.slice(1) : lineage), name].join(".");
};
