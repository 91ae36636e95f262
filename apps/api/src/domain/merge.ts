import type { TSchema } from "typebox";

/**
 * What a PATCH makes of a value: objects of settings (`x-merge`) are merged key by key, everything else is replaced.
 * A key that is left out stays; null clears.
 */
export const merge = <T extends object>(schema: TSchema, current: T, patch: object): T => {
  const properties = propertiesOf(schema);
  const merged = Object.fromEntries(Object.entries(current)) as Record<string, unknown>;
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    const below = properties[key];
    const now = merged[key];
    merged[key] = below && isMerged(below) && isObject(now) && isObject(value) ? merge(below, now, value) : value;
  }
  // Each key of the patch is one of the schema's, of the schema's type: the validator saw to that.
  return merged as T;
};

const propertiesOf = (schema: TSchema): Record<string, TSchema> =>
  (schema as { properties?: Record<string, TSchema> }).properties ?? {};
const isMerged = (schema: TSchema): boolean => (schema as { "x-merge"?: boolean })["x-merge"] === true;
const isObject = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !Array.isArray(value);
