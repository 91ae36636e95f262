import { type Static, type TSchema, type TSchemaOptions, Type } from "typebox";
import { exampleId, type IdKind, idPrefixes } from "./ids.ts";

/** A string of a fixed set. */
export const oneOf = <const V extends readonly string[]>(values: V, options: TSchemaOptions = {}) =>
  Type.Unsafe<V[number]>({ type: "string", enum: values, ...options });

/** The same schema, or null. Types in an array, not `anyOf`: validators name the field's fault, serialisers need no validator. */
export const nullable = <T extends TSchema>(schema: T) => {
  const { type, enum: values, default: _, ...rest } = JSON.parse(JSON.stringify(schema)) as Json;
  return Type.Unsafe<Static<T> | null>({ type: [type, "null"], ...(values && { enum: [...values, null] }), ...rest });
};
interface Json extends Record<string, unknown> {
  type: string;
  enum?: unknown[];
  default?: unknown;
}

export const optional = Type.Optional;

interface TextOptions extends TSchemaOptions {
  max: number;
  /** Empty text is refused. */
  required?: boolean;
  /** Line breaks and tabs are welcome. */
  lines?: boolean;
}
/** Text of people: the server trims it, brings it to NFC and refuses control characters. */
export const text = ({ max, required, lines, ...options }: TextOptions) =>
  Type.String({
    ...(required && { minLength: 1 }),
    maxLength: max,
    pattern: `${required ? "^(?=[\\s\\S]*\\S)" : "^"}${lines ? "[^\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]" : "[^\\x00-\\x1f\\x7f-\\x9f]"}*$`,
    "x-text": true,
    ...options,
  });

export const name = text({ max: 200, required: true, description: "1 to 200 characters.", examples: ["backend"] });
export const description = nullable(text({ max: 2000, lines: true, description: "Markdown." }));
export const tags = Type.Array(text({ max: 100, required: true }), {
  maxItems: 50,
  description: "Labels of your own.",
});

/** An id of the kind. Inputs are opaque strings: one that does not exist is 404, whatever its form. */
export const id = (kind: IdKind, about?: string) =>
  Type.String({
    description: `${about ?? `The ${words(kind)}'s id`} (\`${idPrefixes[kind]}_…\`).`,
    examples: [exampleId(kind)],
  });
/** An id that a caller gives in a body or a filter. */
export const idInput = (kind: IdKind, about?: string) =>
  Type.String({
    minLength: 1,
    maxLength: 100,
    pattern: "^[^\\x00-\\x1f\\x7f]*$",
    description: `${about ?? `The ${words(kind)}'s id`} (\`${idPrefixes[kind]}_…\`).`,
    examples: [exampleId(kind)],
  });

const words = (kind: IdKind): string =>
  kind === "apiKey" ? "API key" : kind.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

export const millis = (about: string) =>
  Type.Integer({ description: `${about} Unix milliseconds.`, examples: [1781222400000] });
export const millisInput = (about: string) =>
  Type.Integer({
    minimum: 0,
    maximum: 8_640_000_000_000_000,
    description: `${about} Unix milliseconds.`,
    examples: [1924992000000],
  });
export const seconds = (about: string, maximum: number, minimum = 1) =>
  Type.Integer({ minimum, maximum, description: `${about} Seconds.` });

export const timestamps = {
  created_at: millis("When it was made."),
  updated_at: millis("When it was last written; grows with every write, and is the `ETag`."),
};

export const statusFields = <const V extends readonly string[]>(values: V) => ({
  status: oneOf(values),
  status_at: nullable(millis("When the status was last set.")),
  status_reason: nullable(Type.String({ description: "Why, in the words of who set it." })),
  status_by: nullable(Type.String({ description: "Who set it." })),
});
export const statusInput = <const V extends readonly string[]>(values: V) => ({
  status: oneOf(values, { description: "Does what the action of that name does." }),
  status_reason: statusReason,
  status_by: statusBy,
});
export const statusReason = nullable(text({ max: 1000, lines: true, description: "Why, in your words." }));
export const statusBy = nullable(
  text({ max: 200, description: "Who, in your words; the credential's id where it is left out." }),
);
/** The body of an action that sets a status. */
export const StatusBody = Type.Object(
  { status_reason: optional(statusReason), status_by: optional(statusBy) },
  { title: "StatusBody", additionalProperties: false },
);

/** A scope: your users' own, or the Core API's `resource:action`. */
export const scope = Type.String({
  minLength: 1,
  maxLength: 128,
  // RFC 6749, section 3.3, less what would need quoting.
  pattern: "^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$",
  examples: ["invoices:read"],
});
/** Scopes that are added up of several places. */
export const scopesHeld = (about: string) => Type.Array(scope, { description: about, examples: [["invoices:read"]] });
export const scopes = (about: string) =>
  Type.Array(scope, { maxItems: 256, uniqueItems: true, description: about, examples: [["invoices:read"]] });

export const url = (about: string) =>
  Type.String({
    maxLength: 2000,
    format: "uri",
    pattern: "^https?://[^\\s\\x00-\\x1f\\x7f]+$",
    description: about,
    examples: ["https://example.com"],
  });
export const email = (about: string) =>
  Type.String({ maxLength: 254, format: "email", description: about, examples: ["ada@example.com"] });
/** A domain as the server keeps it. */
export const host = (about: string) =>
  Type.String({ description: `${about} In lower case, in ASCII (IDNA).`, examples: ["acme.com"] });
/** A domain as people write it. */
export const hostInput = (about: string) =>
  Type.String({
    minLength: 1,
    maxLength: 253,
    pattern: "^[^\\x00-\\x1f\\x7f]*$",
    description: `${about} A registrable domain or a name below one, without a scheme, a port or a wildcard.`,
    examples: ["acme.com"],
  });
/** What proves that a domain is its owner's. */
export const txtRecord = {
  txt_record_name: Type.String({
    description: "The name of the DNS TXT record that proves the ownership.",
    examples: ["_authpi-challenge.acme.com"],
  }),
  txt_record_value: Type.String({
    description: "The value of that record; others may stand beside it.",
    examples: ["authpi-verification=4gTVqL1bWm8cXk2ZrN7dYs0HfJ5pQeA3uK6iOoBvCx"],
  }),
};
export const ipRange = Type.String({
  maxLength: 50,
  format: "ip-range",
  description: "An address or a CIDR range.",
  examples: ["203.0.113.0/24"],
});

const key = { maxLength: 40, minLength: 1, pattern: "^[^\\x00-\\x1f\\x7f]*$" };
export const metadata = Type.Unsafe<Record<string, string>>({
  type: "object",
  additionalProperties: { type: "string", maxLength: 500 },
  propertyNames: key,
  maxProperties: 50,
  description:
    "Up to 50 values of your own, keys of 40 characters, values of 500; for administrators, never in a token. A PATCH replaces it.",
  examples: [{ plan: "pro" }],
});
export const customFields = Type.Unsafe<Record<string, unknown>>({
  type: "object",
  additionalProperties: true,
  propertyNames: key,
  maxProperties: 50,
  description:
    "Up to 50 JSON values of your own, keys of 40 characters, 500 characters of JSON each; the user may see them.",
  "x-json-max": 500,
});

/** An object of settings: a PATCH merges it, key by key, where a value is replaced as a whole. */
export const merged = { additionalProperties: false, "x-merge": true } as const;
/** A closed object that a PATCH replaces as a whole. */
export const closed = { additionalProperties: false } as const;

/** A text filter that looks for its value anywhere in the fields named, in any case. */
export const q = (fields: string) =>
  Type.String({
    minLength: 1,
    maxLength: 200,
    pattern: "^[^\\x00-\\x1f\\x7f]*$",
    description: `Contained in ${fields}, in any case.`,
  });

/** Free JSON of the caller's. */
export const jsonObject = (about: string) =>
  Type.Unsafe<Record<string, unknown>>({
    type: "object",
    additionalProperties: true,
    maxProperties: 50,
    "x-json-max": 2000,
    description: `${about} Up to 50 values of 2,000 characters of JSON each.`,
  });

export * from "./bodies.ts";
