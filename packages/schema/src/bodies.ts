import { type Static, type TObject, type TOptional, type TProperties, type TSchema, type TUnsafe, Type } from "typebox";
import { closed, nullable } from "./fields.ts";

/**
 * What a PATCH or a create takes of an object of settings: every key optional, at every depth. Null brings a setting back to its
 * default, or to null where it may be null.
 */
export const partialDeep = <T extends TObject>(schema: T): TUnsafe<PartialDeep<Static<T>>> => {
  const loosen = (node: ObjectSchema): ObjectSchema => {
    const { required: _, title, ...rest } = node;
    if (!title) throw new Error("An object of settings needs a title.");
    const properties = Object.entries(node.properties).map(([key, value]) => [key, loosenProperty(value)]);
    return { ...rest, title: `${title}Input`, properties: Object.fromEntries(properties) };
  };
  const loosenProperty = (value: ObjectSchema): unknown => {
    if (value["x-merge"]) return nullable(Type.Unsafe(loosen(value)));
    return Array.isArray(value.type) ? value : nullable(Type.Unsafe(value));
  };
  return Type.Unsafe<PartialDeep<Static<T>>>(loosen(JSON.parse(JSON.stringify(schema)) as ObjectSchema));
};
interface ObjectSchema extends Record<string, unknown> {
  title?: string;
  properties: Record<string, ObjectSchema>;
}
export type PartialDeep<T> = {
  [K in keyof T]?: (IsSettings<T[K]> extends true ? PartialDeep<T[K]> | null : T[K] | null) | undefined;
};
type IsSettings<T> = T extends readonly unknown[]
  ? false
  : T extends object
    ? string extends keyof T
      ? false
      : true
    : false;

/** The body of a create: null means absent, so what may be left out may be null. */
export const createBody = <R extends TProperties, O extends TProperties>(title: string, required: R, optionals: O) => {
  const loose = Object.entries(optionals).map(([key, schema]) => [
    key,
    Type.Optional(acceptsNull(schema) ? schema : nullable(schema)),
  ]);
  const properties = {
    ...required,
    ...(Object.fromEntries(loose) as { [K in keyof O]: TOptional<TUnsafe<Static<O[K]> | null>> }),
  };
  return Type.Object(properties, { title, ...closed });
};
/** The body of a PATCH: what it leaves out stays. */
export const updateBody = <P extends TProperties>(title: string, properties: P) => {
  const optionals = Object.entries(properties).map(([key, schema]) => [key, Type.Optional(schema)]);
  return Type.Object(Object.fromEntries(optionals) as { [K in keyof P]: TOptional<P[K]> }, { title, ...closed });
};
const acceptsNull = (schema: TSchema): boolean => {
  const { type } = schema as { type?: unknown };
  return Array.isArray(type) && type.includes("null");
};
