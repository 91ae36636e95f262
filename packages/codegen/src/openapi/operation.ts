import { type Json, type JsonSchema, plain } from "../json-schema.ts";
import type { Route } from "../route.ts";
import { exampleOf } from "./example-of.ts";
import type { NamedSchemas } from "./named-schemas.ts";
import { parametersOf } from "./parameters.ts";
import { responsesOf } from "./responses.ts";
import { tagOf } from "./tags.ts";

/** One operation of the document. */
export const operationOf = (route: Route, schemas: NamedSchemas, routes: readonly Route[]) => {
  const { operation } = route;
  const body = requestBodyOf(route, schemas);
  return {
    tags: [tagOf(route.resource)],
    operationId: route.id,
    summary: operation.summary,
    description: descriptionOf(route),
    parameters: parametersOf(route, schemas),
    ...(body && { requestBody: body }),
    responses: responsesOf(route, schemas, routes),
    "x-required-scopes": route.scopes,
    ...(operation.also && { "x-also-required-scopes": operation.also }),
    ...(operation.emits && { "x-emits": operation.emits }),
  };
};

export interface RequestBody {
  required: boolean;
  content: Record<"application/json", { schema: JsonSchema; example: Json }>;
}

const requestBodyOf = ({ operation }: Route, schemas: NamedSchemas): RequestBody | undefined => {
  if (!operation.body) return undefined;
  const { required = [] } = plain(operation.body);
  return {
    required: required.length > 0,
    content: { "application/json": { schema: schemas.refer(operation.body), example: exampleOf(operation.body) } },
  };
};

const descriptionOf = ({ operation, scopes }: Route): string => {
  const also = (operation.also ?? []).map((scope) => ` and \`${scope}\``).join("");
  const needs = scopes.length > 0 ? `Needs ${either(scopes)}${also}.` : "Needs no scope.";
  const records = operation.emits?.length ? `Records ${either(operation.emits)}.` : "";
  return [operation.description, [needs, records].join(" ").trim()].filter(Boolean).join("\n\n");
};

const either = (names: readonly string[]): string => disjunction.format(names.map((name) => `\`${name}\``));
const disjunction = new Intl.ListFormat("en-GB", { type: "disjunction" });
