import { isDeepStrictEqual } from "node:util";
import { lineageOf, type Operation, type Resource } from "@authpi/schema";
import { isNullable, type JsonSchema, plain } from "./json-schema.ts";
import { pascal } from "./typescript-text.ts";

/** A schema that gets a name of its own in the client. */
export interface NamedType {
  readonly name: string;
  readonly schema: JsonSchema;
  /** Said where the schema says nothing of itself. */
  about: string | undefined;
  /** Whether callers write it, and whether they read it. */
  input: boolean;
  output: boolean;
}

export interface NamedTypes {
  readonly all: ReadonlyMap<string, NamedType>;
  /** The name of an operation's filters; undefined where it has none. */
  queryName(resource: Resource, name: string): string | undefined;
}

/** Every titled schema of the operations and the filters of every list, in the order in which a reader meets them. */
export const namedTypesOf = (resources: readonly Resource[]): NamedTypes => {
  const all = new Map<string, NamedType>();
  const queryOf = queriesIn(resources);

  const visit = (schema: JsonSchema, use: "input" | "output", about?: string) => {
    if (schema.title !== undefined) {
      const named = register(all, schema.title, withoutNull(schema));
      named.about ??= about;
      if (named[use]) return;
      named[use] = true;
    }
    for (const child of childrenOf(schema)) visit(child, use);
  };
  for (const resource of resources) {
    const itself = resource.operations.get?.returns;
    if (itself) visit(plain(itself), "output", resource.description);
    for (const [name, operation] of Object.entries(resource.operations)) {
      const { body, returns } = operation;
      const query = queryOf(resource, name, operation);
      if (query) visit(query, "input", `What \`${resource.name}.${name}\` may be asked for.`);
      if (body && hasProperties(plain(body))) visit(plain(body), "input", aboutBody(resource, name));
      if (returns) visit(plain(returns), "output", aboutAnswer(resource, name, operation));
    }
  }
  return { all, queryName: (resource, name) => queryOf(resource, name, resource.operations[name])?.title };
};

/**
 * A list's filters have no name in the contract; what two levels of the tree share gets one name. Where they differ, the one nearer
 * to the top has it, and the other's says what it stands below.
 */
const queriesIn =
  (resources: readonly Resource[]) =>
  (resource: Resource, name: string, operation: Operation | undefined): JsonSchema | undefined => {
    const query = operation?.query && plain(operation.query);
    if (!query || !hasProperties(query)) return undefined;
    const differs = resources.some((other) => {
      const theirs = other.one === resource.one && other.operations[name]?.query;
      const isNearer = lineageOf(other).length < lineageOf(resource).length;
      return theirs && isNearer && !isDeepStrictEqual(plain(theirs), query);
    });
    const prefix = differs && resource.parent ? pascal(resource.parent.one) : "";
    return { ...query, title: query.title ?? `${prefix}${pascal(resource.one)}${pascal(name)}Query` };
  };

export const hasProperties = (schema: JsonSchema): boolean => Object.keys(schema.properties ?? {}).length > 0;

const register = (all: Map<string, NamedType>, name: string, schema: JsonSchema): NamedType => {
  const known = all.get(name);
  if (known && !isDeepStrictEqual(known.schema, schema)) {
    throw new Error(`Two different schemas have the title ${name}: give one of them another.`);
  }
  const named = known ?? { name, schema, about: undefined, input: false, output: false };
  all.set(name, named);
  return named;
};

const aboutBody = (resource: Resource, name: string): string => `What \`${resource.name}.${name}\` takes.`;

const aboutAnswer = (resource: Resource, name: string, { kind }: Operation): string =>
  kind === "list" ? `One item of \`${resource.name}.${name}\`.` : `What \`${resource.name}.${name}\` answers with.`;

const childrenOf = ({ properties, items, additionalProperties }: JsonSchema): JsonSchema[] => [
  ...Object.values(properties ?? {}),
  ...(items ? [items] : []),
  ...(typeof additionalProperties === "object" ? [additionalProperties] : []),
];

const withoutNull = (schema: JsonSchema): JsonSchema => {
  if (!isNullable(schema)) return schema;
  const [only, ...others] = [schema.type ?? []].flat().filter((type) => type !== "null");
  if (only === undefined || others.length) throw new Error(`${schema.title} is of several types`);
  return {
    ...schema,
    type: only,
    ...(schema.enum && { enum: schema.enum.filter((value) => value !== null) }),
  };
};
