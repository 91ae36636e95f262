import type { TSchema } from "typebox";

/**
 * What a PATCH makes of a value: objects of settings (`x-merge`) are merged key by key, everything else is replaced. A key that is
 * left out stays; null clears, which brings a setting that cannot be null back to its default.
 */
export const merge = <T extends object>(schema: TSchema, current: T, patch: object, defaults: T): T => {
  const properties = propertiesOf(schema);
  const initial = new Map(Object.entries(defaults));
  const merged = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(patch)) {
    const below = properties.get(key);
    const now = merged.get(key);
    if (value === undefined || !below) continue;
    if (value === null && !below.nullable) merged.set(key, initial.get(key));
    else if (below.merged && isObject(now) && isObject(value))
      merged.set(key, merge(below.schema, now, value, initial.get(key)));
    else merged.set(key, value);
  }
  // Each key of the patch is one of the schema's, of the schema's type: the validator saw to that.
  return Object.fromEntries(merged) as T;
};

/** The same for a field that a PATCH may leave out, or clear as a whole. */
export const patched = <T extends object>(
  schema: TSchema,
  current: T,
  patch: object | null | undefined,
  defaults: T,
): T | undefined => {
  if (patch === undefined) return undefined;
  return patch === null ? defaults : merge(schema, current, patch, defaults);
};

interface Property {
  schema: TSchema;
  nullable: boolean;
  merged: boolean;
}
const propertiesOf = (schema: TSchema): Map<string, Property> => {
  const { properties = {} } = schema as {
    properties?: Record<string, TSchema & { type?: unknown; "x-merge"?: boolean }>;
  };
  const entries = Object.entries(properties).map(([key, below]): [string, Property] => {
    const nullable = Array.isArray(below.type) && below.type.includes("null");
    return [key, { schema: below, nullable, merged: below["x-merge"] === true }];
  });
  return new Map(entries);
};
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
