import { envelopeOf } from "@authpi/schema";
import { type Json, type JsonSchema, plain, sortedByKey } from "../json-schema.ts";
import type { Route } from "../route.ts";
import { exampleOf } from "./example-of.ts";
import { successHeaders } from "./headers.ts";
import { type Link, linksOf } from "./links.ts";
import type { NamedSchemas } from "./named-schemas.ts";

export interface Response {
  description: string;
  headers: Record<string, { $ref: string }>;
  content?: Record<"application/json", { schema: JsonSchema; examples: Record<string, Example | { $ref: string }> }>;
  links?: Record<string, Link>;
}
export interface Example {
  summary?: string;
  value: Json;
}

export const responsesOf = (
  route: Route,
  schemas: NamedSchemas,
  routes: readonly Route[],
): Record<string, Response | { $ref: string }> => {
  const [, ...failures] = route.statuses;
  const links = linksOf(route, routes);
  return {
    [route.success]: { ...successOf(route, schemas), ...(links && { links }) },
    ...Object.fromEntries(failures.map((status) => [status, { $ref: `#/components/responses/Error${status}` }])),
  };
};

/** `components.examples`: the successful answers, each once. */
export const sharedExamples = (routes: readonly Route[]): Record<string, Example> =>
  sortedByKey(Object.fromEntries(routes.flatMap(exampleOfAnswer)));

const successOf = (route: Route, schemas: NamedSchemas): Response => {
  const { kind } = route.operation;
  const headers = successHeaders(route);
  const body = envelopeOf(route.operation);
  if (!body) return { description: "Done; there is no body.", headers };
  const schema = schemas.refer(body);
  const name = exampleName(route);
  const examples = { [name]: { $ref: `#/components/examples/${name}` } };
  const description = descriptions[kind] ?? "The state after it.";
  return { description, headers, content: { "application/json": { schema, examples } } };
};

const descriptions: Partial<Record<Route["operation"]["kind"], string>> = {
  list: "A page.",
  get: "The resource.",
  read: "The answer.",
  create: "What was created.",
  update: "The resource after the change.",
};

const exampleOfAnswer = (route: Route): [string, Example][] => {
  const { kind, returns, envelope } = route.operation;
  if (!returns) return [];
  const data = exampleOf(returns);
  if (envelope === "none") return [[exampleName(route), { value: data }]];
  const value = kind === "list" ? { data: [data], has_more: false, next_cursor: null } : { data };
  return [[exampleName(route), { value }]];
};

const exampleName = ({ id, operation }: Route): string => {
  const returned = operation.returns ? plain(operation.returns) : {};
  const title = returned.title ?? (returned.items?.title && `${returned.items.title}List`);
  if (title === undefined) throw new Error(`What ${id} answers has no title.`);
  return operation.kind === "list" ? `${title}Page` : title;
};
