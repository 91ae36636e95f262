import { isIP } from "node:net";
import { Ajv2020 } from "ajv/dist/2020.js";
import formats from "ajv-formats";

export interface Example {
  /** Where the example stands in the document. */
  pointer: string;
  /** Where its schema stands. */
  schema: string;
  value: unknown;
}

/** Every example and default of an OpenAPI document, with the place of the schema that it must satisfy. */
export const examplesIn = (document: object): Example[] => visit(document, "", document);

/** Checks a value against the schema at a place of the document; answers what is wrong. */
export const validatorOf = (document: object): ((schema: string, value: unknown) => string[]) => {
  const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: true });
  formats.default(ajv);
  ajv.addFormat("ip-range", (text) => isIP(text.split("/")[0] ?? "") > 0);
  ajv.addSchema(document, "document");
  return (schema, value) => {
    ajv.validate({ $ref: `document#${encodeURI(schema)}` }, value);
    return (ajv.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  };
};

const visit = (node: unknown, pointer: string, document: object): Example[] => {
  if (!isObject(node)) return [];
  return [...own(node, pointer, document), ...Object.entries(node).flatMap(descend(pointer, document))];
};

const descend =
  (pointer: string, document: object) =>
  ([key, child]: [string, unknown]): Example[] =>
    ["example", "examples", "default"].includes(key)
      ? []
      : visit(child, `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, document);

const own = (node: Record<string, unknown>, pointer: string, document: object): Example[] => {
  const { example, examples, default: fallback, schema } = node;
  const beside = isObject(schema) ? `${pointer}/schema` : pointer;
  const single = example === undefined ? [] : [{ pointer: `${pointer}/example`, schema: beside, value: example }];
  const standard = fallback === undefined ? [] : [{ pointer: `${pointer}/default`, schema: pointer, value: fallback }];
  return [...single, ...standard, ...several(examples, pointer, beside, document)];
};

/** A schema's `examples` is an array of values, a media type's an object of named ones, some of them references. */
const several = (examples: unknown, pointer: string, schema: string, document: object): Example[] => {
  if (Array.isArray(examples)) {
    return examples.map((value, index) => ({ pointer: `${pointer}/examples/${index}`, schema, value }));
  }
  if (!isObject(examples) || pointer === "/components") return [];
  return Object.entries(examples).map(([name, example]) => ({
    pointer: `${pointer}/examples/${name}`,
    schema,
    value: resolved(example, document).value,
  }));
};

const resolved = (example: unknown, document: object): Record<string, unknown> => {
  if (!isObject(example)) throw new Error("An example is an object with a value.");
  if (typeof example.$ref !== "string") return example;
  const steps = example.$ref.slice("#/".length).split("/");
  const found = steps.reduce<unknown>((node, step) => (isObject(node) ? node[step] : undefined), document);
  return resolved(found, document);
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
