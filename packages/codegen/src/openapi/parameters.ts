import { lineageOf, type Resource } from "@authpi/schema";
import { type Json, type JsonSchema, plain } from "../json-schema.ts";
import { isConditional, isRepeatable, type Route } from "../route.ts";
import { exampleOf } from "./example-of.ts";
import type { NamedSchemas } from "./named-schemas.ts";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  description?: string;
  required?: boolean;
  schema: JsonSchema;
  example?: Json;
}
type Reference = { $ref: string };

export const parametersOf = (route: Route, schemas: NamedSchemas): (Parameter | Reference)[] => [
  ...ownersOfIds(route.resource).flatMap((resource) =>
    route.path.includes(`{${resource.param}}`) ? [reference(resource.param)] : [],
  ),
  ...queryParameters(route, schemas),
  ...(isConditional(route.operation) ? [reference("IfMatch")] : []),
  ...(isRepeatable(route.operation) ? [reference("IdempotencyKey")] : []),
  ...(route.resource.segment === "me" ? [reference("ClientIp")] : []),
];

/** `components.parameters`: the ids in paths, and the headers. */
export const sharedParameters = (routes: readonly Route[]): Record<string, Parameter> => {
  const named = routes.flatMap(({ resource }) => ownersOfIds(resource));
  // Of nouns that share a parameter, those that are asked for by it.
  const inPaths = named.filter((one) =>
    routes.some(({ path, resource }) => path.includes(`{${one.param}}`) && ownersOfIds(resource).includes(one)),
  );
  return { ...Object.fromEntries(inPaths.map((resource) => [resource.param, pathParameter(resource)])), ...headers };
};

/** Those that have a parameter of their own in the path. */
const ownersOfIds = (resource: Resource): Resource[] => lineageOf(resource).filter(({ single }) => !single);

const headers: Record<string, Parameter> = {
  IfMatch: {
    name: "If-Match",
    in: "header",
    description: "The `ETag` that the write is meant for; another state is 412.",
    schema: { type: "string" },
    example: '"1781222400000"',
  },
  IdempotencyKey: {
    name: "Idempotency-Key",
    in: "header",
    description: "A string of your own, new for each write: a repeat within 24 hours gets the first one's answer.",
    schema: { type: "string", minLength: 1, maxLength: 256 },
    example: "7f0c1b9e-5a53-4c1e-9a57-2d1f3a0b8c11",
  },
  ClientIp: {
    name: "X-Client-IP",
    in: "header",
    description:
      "The address of the caller whose key a backend verifies; checked against the key's `ip_allowlist` in the place of the backend's own.",
    schema: { type: "string" },
    example: "203.0.113.7",
  },
};

const reference = (name: string): Reference => ({ $ref: `#/components/parameters/${name}` });

/** Its words and its example are those of the id that the resource itself has. */
const pathParameter = (resource: Resource): Parameter => {
  if (resource.key) {
    const { description = "", examples: [example = null] = [] } = plain(resource.key);
    return { ...inPath(resource), description, example };
  }
  const operations = Object.values(resource.operations);
  const shown = operations.find(({ kind }) => kind === "get" || kind === "put") ?? resource.operations.list;
  const returns = shown?.returns;
  const properties = returns && plain(returns).properties;
  const key = properties?.[resource.param] ? resource.param : "id";
  const description = properties?.[key]?.description;
  const example = returns && exampleOf(returns);
  const value = example instanceof Object && !Array.isArray(example) ? example[key] : undefined;
  if (description === undefined || value === undefined) {
    throw new Error(`${resource.name} has no get and no list whose answer describes its ${key}.`);
  }
  return { ...inPath(resource), description, example: value };
};
const inPath = ({ param }: Resource) =>
  ({ name: param, in: "path", required: true, schema: { type: "string", minLength: 1 } }) as const;

const queryParameters = (route: Route, schemas: NamedSchemas): Parameter[] => {
  const { properties = {}, required = [] } = route.operation.query ? schemas.refer(route.operation.query) : {};
  return Object.entries(properties).map(([name, { description, examples, ...schema }]) => ({
    name,
    in: "query",
    ...(description !== undefined && { description }),
    ...(required.includes(name) && { required: true }),
    schema,
    ...(examples?.[0] !== undefined && { example: examples[0] }),
  }));
};
