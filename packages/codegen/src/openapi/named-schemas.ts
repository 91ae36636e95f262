import { isDeepStrictEqual } from "node:util";
import type { TSchema } from "typebox";
import { isNullable, type JsonSchema, mapChildren, plain, sortedByKey } from "../json-schema.ts";

/** `components.schemas`, filled while the document is written: each schema that has a title stands there once. */
export interface NamedSchemas {
  /** The schema with a reference in the place of everything that is named. */
  refer(schema: TSchema): JsonSchema;
  components(): Record<string, JsonSchema>;
}

/** What the server's validators read beside JSON Schema, and a reader of the document has no use for. */
const internalKeywords = ["x-text", "x-json-max"];

export const namedSchemas = (): NamedSchemas => {
  const named: Record<string, JsonSchema> = {};

  const lift = (schema: JsonSchema): JsonSchema => {
    const inner = mapChildren(withoutInternals(schema), lift);
    if (inner.title === undefined) return inner;
    const component = withoutNull(inner);
    register(inner.title, component);
    const reference = { $ref: `#/components/schemas/${inner.title}` };
    return isNullable(inner) ? { anyOf: [reference, { type: "null" }] } : reference;
  };
  const register = (title: string, component: JsonSchema) => {
    const known = named[title];
    if (known && !isDeepStrictEqual(known, component)) {
      throw new Error(`Two different schemas have the title ${title}: give one of them another.`);
    }
    named[title] = component;
  };

  return { refer: (schema) => lift(plain(schema)), components: () => sortedByKey(named) };
};

const withoutInternals = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => !internalKeywords.includes(keyword)));

const withoutNull = (schema: JsonSchema): JsonSchema => {
  if (!Array.isArray(schema.type)) return schema;
  const types = schema.type.filter((type) => type !== "null");
  const [only] = types;
  return {
    ...schema,
    type: types.length === 1 && only !== undefined ? only : types,
    ...(schema.enum && { enum: schema.enum.filter((value) => value !== null) }),
  };
};
