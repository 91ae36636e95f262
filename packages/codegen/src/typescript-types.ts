import type { JsonSchema } from "./json-schema.ts";
import type { NamedType, NamedTypes } from "./typescript-named.ts";
import { comment, key } from "./typescript-text.ts";

/** The interfaces and unions of the client. */
export const declarationsOf = (types: NamedTypes): string =>
  [...types.all.values()].map((type) => `\n${declarationOf(type)}\n`).join("");

const declarationOf = (type: NamedType): string => {
  const { title: _, ...schema } = type.schema;
  const about = comment([schema.description ?? type.about ?? ""], "");
  if (schema.properties) return `${about}export interface ${type.name} ${objectOf(schema, type, "")}`;
  return `${about}export type ${type.name} = ${typeOf(schema, type, "")};`;
};

type Use = Pick<NamedType, "input" | "output">;

const typeOf = (schema: JsonSchema, use: Use, indent: string): string => {
  const types = [schema.type ?? []].flat();
  if (schema.title !== undefined) return [schema.title, ...(types.includes("null") ? ["null"] : [])].join(" | ");
  if (schema.enum)
    return unionOf(
      schema.enum.map((value) => JSON.stringify(value)),
      `${indent}  `,
    );
  if (types.length === 0) throw new Error(`A schema without a type: ${JSON.stringify(schema)}`);
  return types.map((type) => simpleTypeOf(type, schema, use, indent)).join(" | ");
};

/** One value a line where they are many. */
const unionOf = (values: readonly string[], indent: string): string => {
  const line = values.join(" | ");
  return line.length <= 90 ? line : values.map((value) => `\n${indent}| ${value}`).join("");
};

const simpleTypeOf = (type: string, schema: JsonSchema, use: Use, indent: string): string => {
  switch (type) {
    case "string":
    case "boolean":
    case "null":
      return type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return arrayOf(schema, use, indent);
    case "object":
      return schema.properties ? objectOf(schema, use, indent) : recordOf(schema, use, indent);
    default:
      throw new Error(`A schema of an unknown type: ${type}`);
  }
};

/** What is only written may be given as a constant. */
const arrayOf = (schema: JsonSchema, use: Use, indent: string): string => {
  const item = schema.items ? typeOf(schema.items, use, indent) : "unknown";
  const readonly = use.input && !use.output ? "readonly " : "";
  const isUnion = item.includes(" | ") && !item.startsWith("{");
  return `${readonly}${isUnion ? `(${item})` : item}[]`;
};

const recordOf = ({ additionalProperties }: JsonSchema, use: Use, indent: string): string => {
  const value = typeof additionalProperties === "object" ? typeOf(additionalProperties, use, indent) : "unknown";
  return `Record<string, ${value}>`;
};

/** What is written may be given as undefined, which JSON leaves out. */
const objectOf = (schema: JsonSchema, use: Use, indent: string): string => {
  const inner = `${indent}  `;
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const required = schema.required?.includes(name);
    const type = typeOf(property, use, inner);
    const value = required || !use.input ? type : `${type} | undefined`;
    const space = value.startsWith("\n") ? "" : " ";
    return `${comment([aboutOf(property)], inner)}${inner}${key(name)}${required ? "" : "?"}:${space}${value};\n`;
  });
  return `{\n${properties.join("")}${indent}}`;
};

const aboutOf = (schema: JsonSchema): string =>
  [schema.description ?? "", rangeOf(schema), defaultOf(schema), exampleOf(schema)].filter(Boolean).join(" ");

const rangeOf = ({ minimum, maximum }: JsonSchema): string =>
  typeof minimum === "number" && typeof maximum === "number" && maximum < 1e12
    ? `${minimum.toLocaleString("en")} to ${maximum.toLocaleString("en")}.`
    : "";

const defaultOf = (schema: JsonSchema): string =>
  schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\` where it is left out.`;

/** An id's form stands in its description already, and a time's digits say nothing. */
const exampleOf = ({ examples, description }: JsonSchema): string => {
  const [example] = examples ?? [];
  if (example === undefined || typeof example === "number" || description?.includes("_…`")) return "";
  return `For example \`${JSON.stringify(example)}\`.`;
};
