import { plain } from "../json-schema.ts";
import type { Route } from "../route.ts";

/** What can be called next, and where its parameters come from (OpenAPI 3.1, 4.8.20). */
export interface Link {
  operationId: string;
  parameters: Record<string, string>;
}

/** From what was created to each operation on it, and on what stands directly below it. */
export const linksOf = (route: Route, routes: readonly Route[]): Record<string, Link> | undefined => {
  const { param } = route.resource;
  const id = idOf(route);
  if (route.operation.kind !== "create" || id === undefined) return undefined;
  const above = paramsOf(route).map((name) => [name, `$request.path.${name}`]);
  const parameters: Record<string, string> = Object.fromEntries([...above, [param, id]]);
  const names = Object.keys(parameters).join();
  const next = routes.filter((one) => paramsOf(one).join() === names);
  return Object.fromEntries(next.map(({ id: operationId }) => [operationId, { operationId, parameters }]));
};

const paramsOf = ({ path }: Route): string[] => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));

/** Where the call holds what the path calls the new thing by. */
const idOf = ({ resource: { param, partOf }, operation: { body, returns } }: Route): string | undefined => {
  const answered = (!partOf && returns && plain(returns).properties) || {};
  for (const name of [param, "id"]) if (answered[name]) return `$response.body#/data/${name}`;
  return body && plain(body).properties?.[param] ? `$request.body#/${param}` : undefined;
};
