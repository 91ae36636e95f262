import type { Catalog, Column, Table } from "./read.ts";

/** Kysely's row types, as `db/types.ts` has the driver parse them. */
export function typesText(catalog: Catalog): string {
  // A partition is written and read through its parent.
  const tables = catalog.tables.filter((table) => table.parent === null);
  const interfaces = tables.map(interfaceText).join("\n");
  const map = tables.map((table) => `  ${table.name}: ${typeName(table)};`).join("\n");
  const kysely = ["Generated", "GeneratedAlways"].filter((name) => interfaces.includes(`${name}<`));
  const json = interfaces.includes("JsonValue") ? jsonValue : "";
  return `// The rows of the database at head, written from its catalog by \`pnpm gen\`. Not to be edited.
${kysely.length > 0 ? `import type { ${kysely.join(", ")} } from "kysely";\n` : ""}${json}
${interfaces}
export interface Tables {
${map}
}
`;
}

const jsonValue = `
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
`;

function interfaceText(table: Table): string {
  const lines = table.columns.flatMap((column) => [
    ...docText("  ", prose(column.comment)),
    `  ${column.name}: ${columnType(column, table)};`,
  ]);
  return [...docText("", table.comment), `export interface ${typeName(table)} {`, ...lines, "}\n"].join("\n");
}

function columnType(column: Column, table: Table): string {
  const base = declared(column.comment) ?? oneOf(column, table) ?? valueType(column.type);
  const type = column.notNull ? base : `${base} | null`;
  if (column.generated || column.identity === "a") return `GeneratedAlways<${type}>`;
  return column.default !== null || column.identity ? `Generated<${type}>` : type;
}

/** The values of a text column that its own check constraint lists. */
function oneOf(column: Column, table: Table): string | undefined {
  const check = table.constraints.find(
    ({ kind, columns }) => kind === "c" && columns.length === 1 && columns[0] === column.name,
  );
  const values = check?.definition.match(/^CHECK \(\(\w+ = ANY \(ARRAY\[(.+)\]\)\)\)$/)?.[1];
  if (column.type !== "text" || values === undefined) return undefined;
  const texts = [...values.matchAll(/'((?:[^']|'')*)'::text/g)].map(([, text = ""]) =>
    JSON.stringify(text.replaceAll("''", "'")),
  );
  return column.notNull ? texts.join(" | ") : `(${texts.join(" | ")})`;
}

function valueType(type: string): string {
  const name = type.replace(/\(.*?\)/, "");
  if (name.endsWith("[]")) return `${arrayElements[name.slice(0, -2)] ?? "string"}[]`;
  return values[name] ?? "string";
}

const values: Record<string, string> = {
  bigint: "number",
  integer: "number",
  smallint: "number",
  real: "number",
  "double precision": "number",
  boolean: "boolean",
  bytea: "Buffer",
  json: "JsonValue",
  jsonb: "JsonValue",
  date: "Date",
  "timestamp with time zone": "Date",
  "timestamp without time zone": "Date",
};

// What pg's array parsers give; bigint[] is not among the types that are parsed as numbers.
const arrayElements: Record<string, string> = {
  integer: "number",
  smallint: "number",
  boolean: "boolean",
  jsonb: "JsonValue",
};

/** A comment that begins with `ts:` is the column's type. */
function declared(comment: string | null): string | undefined {
  return comment?.startsWith("ts:") ? comment.slice("ts:".length).trim() : undefined;
}

function prose(comment: string | null): string | null {
  return comment?.startsWith("ts:") ? null : comment;
}

function docText(indent: string, comment: string | null): string[] {
  return comment ? [`${indent}/** ${comment.replaceAll("*/", "*\\/")} */`] : [];
}

function typeName(table: Table): string {
  return table.name.replaceAll(/(?:^|_)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
