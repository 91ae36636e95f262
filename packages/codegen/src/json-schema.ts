import type { TSchema } from "typebox";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A JSON Schema (2020-12) as plain data: what the contracts use of it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  title?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  propertyNames?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: Json[];
  examples?: Json[];
  default?: Json;
  minimum?: number;
  [keyword: string]: unknown;
}

/** The schema as it goes over the wire: typebox keeps its own notes in properties that JSON does not see. */
export const plain = (schema: TSchema): JsonSchema => JSON.parse(JSON.stringify(schema));

/** The same with `change` applied to every schema directly inside. */
export const mapChildren = (schema: JsonSchema, change: (child: JsonSchema) => JsonSchema): JsonSchema => {
  const { properties, items, additionalProperties, propertyNames, anyOf } = schema;
  return {
    ...schema,
    ...(properties && { properties: mapValues(properties, change) }),
    ...(items && { items: change(items) }),
    ...(typeof additionalProperties === "object" && { additionalProperties: change(additionalProperties) }),
    ...(propertyNames && { propertyNames: change(propertyNames) }),
    ...(anyOf && { anyOf: anyOf.map(change) }),
  };
};

export const isNullable = ({ type }: JsonSchema): boolean => Array.isArray(type) && type.includes("null");

export const mapValues = <T, U>(record: Record<string, T>, change: (value: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));

export const sortedByKey = <T>(record: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
