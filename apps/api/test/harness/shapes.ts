import { envelopeOf, type Operation } from "@authpi/schema";
import { Ajv } from "ajv";
import addFormats, { type FormatsPlugin } from "ajv-formats";

/** A JSON schema as far as the sweep looks into it. */
export interface Shape {
  type?: string | string[];
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  additionalProperties?: boolean | Shape;
  enum?: unknown[];
}

const ajv = new Ajv({ allErrors: true, allowUnionTypes: true, strict: false });
// The module's default export is the plugin; its types speak of CommonJS.
(addFormats as unknown as FormatsPlugin)(ajv);
ajv.addFormat("ip-range", true);

/** What an answer's body breaks of its contract: what is missing, what is not declared, what is of another type. */
export const faultsOf = (operation: Operation, body: unknown): string[] => {
  const envelope = envelopeOf(operation);
  if (!envelope) return body === undefined ? [] : ["there is a body"];
  const validate = ajv.compile(closed(shapeOf(envelope)));
  validate(body);
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    [instancePath, message, JSON.stringify(params)].join(" "),
  );
};

export const shapeOf = (schema: object): Shape => JSON.parse(JSON.stringify(schema)) as Shape;

/** The same schema, with nothing admitted that it does not name. */
const closed = (shape: Shape): Shape => ({
  ...shape,
  ...(shape.items && { items: closed(shape.items) }),
  ...(shape.properties && {
    additionalProperties: shape.additionalProperties ?? false,
    properties: mapped(shape.properties, closed),
  }),
});

/** A value of a wrong type for the field itself: one for each field of the body. */
export const wrongFields = (body: Shape): Wrong => wrongOnes(body, () => true);
/** The same for the innermost fields. */
export const wrongLeaves = (body: Shape): Wrong => wrongOnes(body, (shape) => !shape.properties && !shape.items);

interface Wrong {
  body: Record<string, unknown>;
  /** The paths of the wrong fields. */
  fields: string[];
}

const wrongOnes = (shape: Shape, stopsAt: (shape: Shape) => boolean): Wrong => {
  const fields: string[] = [];
  const wrongFor = (one: Shape, path: string): unknown => {
    if (stopsAt(one)) {
      const value = strangerTo(one);
      if (value !== undefined) fields.push(path);
      return value;
    }
    if (one.items) return [wrongFor(one.items, `${path}.0`)];
    return mapped(one.properties ?? {}, (child, key) => wrongFor(child, `${path}.${key}`));
  };
  return { body: mapped(shape.properties ?? {}, (child, key) => wrongFor(child, key)), fields };
};

/** A value of a type that the schema does not take; undefined where it takes every one. */
const strangerTo = ({ type, additionalProperties }: Shape): unknown => {
  const types = [type ?? []].flat();
  if (types.length === 0) return undefined;
  if (types.includes("object") && typeof additionalProperties === "object") {
    const value = strangerTo(additionalProperties);
    return value === undefined ? "text" : [value];
  }
  return types.includes("string") ? 12.5 : "text";
};

/** An unknown field in the body and in every closed object of it. */
export const unknownEverywhere = (shape: Shape): Wrong => {
  const fields: string[] = [];
  const strangerIn = (one: Shape, path: string): Record<string, unknown> => {
    fields.push(`${path}surprise`);
    const below = Object.entries(one.properties ?? {}).filter(([, child]) => child.additionalProperties === false);
    return {
      surprise: 1,
      ...Object.fromEntries(below.map(([key, child]) => [key, strangerIn(child, `${path}${key}.`)])),
    };
  };
  return { body: strangerIn(shape, ""), fields };
};

const mapped = <T>(shapes: Record<string, Shape>, change: (shape: Shape, key: string) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(shapes).map(([key, shape]) => [key, change(shape, key)]));
