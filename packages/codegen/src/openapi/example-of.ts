import type { TSchema } from "typebox";
import { isNullable, type Json, type JsonSchema, plain } from "../json-schema.ts";
import { handmade } from "./examples.ts";

/**
 * A value that the schema admits and a reader can learn from: every required field, from the example that stands on it in the
 * contract, beneath those that are made by hand for a noun.
 *
 * @throws {Error} naming the field, where a text has neither.
 */
export const exampleOf = (schema: TSchema): Json => valueFor(plain(schema), "the schema");

const valueFor = (schema: JsonSchema, where: string): Json => {
  if (schema.title !== undefined && handmade[schema.title]) return objectOf(schema, where);
  if (isNullable(schema)) return null;
  const [example = schema.default] = schema.examples ?? [];
  if (example !== undefined) return example;
  return schema.enum?.[0] ?? byType(schema, where);
};

const byType = (schema: JsonSchema, where: string): Json => {
  switch (schema.type) {
    case "object":
      return objectOf(schema, where);
    case "array":
      return schema.items?.title === undefined ? [] : [valueFor(schema.items, where)];
    case "integer":
    case "number":
      return schema.minimum ?? 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      throw new Error(`${where} has no example: give the field one in its contract, or the noun one in codegen.`);
  }
};

const objectOf = (schema: JsonSchema, where: string): Json => {
  const place = schema.title ?? where;
  const given = schema.title === undefined ? undefined : handmade[schema.title];
  const fields = Object.entries(schema.properties ?? {}).flatMap(([key, value]): [string, Json][] => {
    const made = given?.[key];
    if (made !== undefined) return [[key, made]];
    return schema.required?.includes(key) ? [[key, valueFor(value, `${place}.${key}`)]] : [];
  });
  return Object.fromEntries(fields);
};
