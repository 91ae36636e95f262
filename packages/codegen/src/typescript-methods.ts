import { methodOf, type Operation, type Resource, scopesOf } from "@authpi/schema";
import { plain } from "./json-schema.ts";
import { exampleCall, exampleIdOf, exampleOfCall, type Place } from "./typescript-examples.ts";
import { hasProperties, type NamedTypes } from "./typescript-named.ts";
import { camel } from "./typescript-text.ts";

/** A method of a class, as text. */
export interface Method {
  doc: string[];
  signature: string;
  body: string;
}

/** A collection has all operations, those on one thing by its id; a handle has those on its own thing. */
export const methodsOf = (resource: Resource, types: NamedTypes, place: Place): Method[] =>
  Object.entries(resource.operations)
    .filter(([, operation]) => place === "collection" || operation.item)
    .flatMap(([name, operation]) => {
      const whole = { resource, name, operation, types, place };
      const pages = operation.kind === "list" && operation.query?.properties.cursor !== undefined;
      return pages ? [methodFor(whole), listAll(whole)] : [methodFor(whole)];
    });

interface Described {
  resource: Resource;
  name: string;
  operation: Operation;
  types: NamedTypes;
  place: Place;
}

const methodFor = (described: Described): Method => {
  const { name, operation } = described;
  const doc = docOf(described);
  const parameters = parametersOf(described).join(", ");
  const path = pathOf(described);
  const call = callOf(described);
  const result = resultOf(operation);
  if (operation.kind === "list") {
    return {
      doc,
      signature: `async ${name}(${parameters}): Promise<Page<${result}>>`,
      body: `return this.#http.page<${result}>(${path}, ${call});`,
    };
  }
  const way = operation.envelope === "none" ? "bare" : "one";
  const http = `this.#http.${result === "void" ? "none" : `${way}<${result}>`}`;
  return {
    doc,
    signature: `async ${name}(${parameters}): Promise<${result}>`,
    body: `return ${http}("${methodOf(operation)}", ${path}, ${call});`,
  };
};

const listAll = (described: Described): Method => {
  const { resource, name, operation, place } = described;
  const result = resultOf(operation);
  const id = idOf(described) === undefined ? "" : `"${exampleIdOf(resource)}"`;
  return {
    doc: [
      "The items of all pages, each page asked for when it is needed; `limit` is the size of a page.",
      `@example\nfor await (const one of ${exampleCall(resource, place)}.${name}All(${id})) console.log(one);`,
    ],
    signature: `${name}All(${parametersOf(described).join(", ")}): AsyncIterableIterator<${result}>`,
    body: `return this.#http.items<${result}>(${pathOf(described)}, ${callOf(described)});`,
  };
};

const idOf = ({ resource, operation, place }: Described): string | undefined =>
  operation.item && place === "collection" ? camel(resource.param) : undefined;

const bodyOf = ({ body }: Operation): { name: string; required: boolean } | undefined => {
  const schema = body && plain(body);
  if (!schema || !hasProperties(schema)) return undefined;
  if (schema.title === undefined) throw new Error(`A body needs a title: ${JSON.stringify(schema)}`);
  return { name: schema.title, required: (schema.required ?? []).length > 0 };
};

const parametersOf = (described: Described): string[] => {
  const { resource, name, operation, types } = described;
  const id = idOf(described);
  const body = bodyOf(operation);
  const query = types.queryName(resource, name);
  // An update of nothing is a mistake; an action without a body is its usual form.
  const needed = body?.required || operation.kind !== "action";
  return [
    ...(id ? [`${id}: string`] : []),
    ...(body ? [`body${needed ? "" : "?"}: ${body.name}`] : []),
    ...(query ? [`query${isRequired(operation.query) ? "" : "?"}: ${query}`] : []),
    "options?: CallOptions",
  ];
};

const isRequired = (query: Operation["query"]): boolean => (query?.required ?? []).length > 0;

const callOf = ({ resource, name, operation, types }: Described): string => {
  const body = bodyOf(operation) ? ["body"] : [];
  const query = types.queryName(resource, name) ? ["query"] : [];
  return `{ ${[...body, ...query, "options"].join(", ")} }`;
};

const pathOf = (described: Described): string => {
  const id = idOf(described);
  const item = id ? `/\${segment(${id}, "${id}")}` : "";
  const rest = `${item}${described.operation.suffix ? `/${described.operation.suffix}` : ""}`;
  return rest ? `\`\${this.#path}${rest}\`` : "this.#path";
};

const resultOf = ({ kind, returns }: Operation): string => {
  if (!returns) return "void";
  const { title } = plain(returns);
  if (title === undefined) throw new Error(`The answer of a ${kind} needs a title: ${JSON.stringify(plain(returns))}`);
  return title;
};

const docOf = ({ resource, name, operation, place }: Described): string[] => {
  const scopes = scopesOf(resource, operation).map((scope) => `\`${scope}\``);
  const emits = (operation.emits ?? []).map((event) => `\`${event}\``);
  const also = (operation.also ?? []).map((scope) => ` and \`${scope}\``).join("");
  const needs = scopes.length ? `Needs the scope ${either(scopes)}${also}.` : "";
  return [
    `${operation.summary}.`,
    operation.description ?? "",
    [needs, emits.length ? `Records ${either(emits)}.` : ""].filter(Boolean).join(" "),
    ...throwsOf(operation),
    `@example\n${exampleOfCall(resource, name, operation, place)}`,
  ];
};

const either = (values: readonly string[]): string =>
  [...(values.length > 1 ? [values.slice(0, -1).join(", ")] : []), ...values.slice(-1)].join(" or ");

/** What a caller may want to tell apart; every call may throw the others too. */
const throwsOf = ({ kind, item }: Operation): string[] => {
  const changes = item && (kind === "update" || kind === "delete" || kind === "action");
  return [
    ...(kind === "create" || kind === "update" ? ["@throws {ValidationError} `fields` names every wrong field."] : []),
    ...(kind === "list" ? ["@throws {ValidationError} A filter or the cursor is wrong."] : []),
    ...(item ? ["@throws {NotFoundError} There is no such thing, or the credential may not see it."] : []),
    ...(kind === "create" ? ["@throws {ConflictError} Something that is there already forbids it."] : []),
    ...(kind === "action" && item ? ["@throws {ConflictError} The state that it is in forbids it."] : []),
    ...(changes ? ["@throws {PreconditionFailedError} It has changed since the ETag given as `ifMatch`."] : []),
  ];
};
