import type { Catalog, Column, Grant, Policy, Routine, Table } from "./read.ts";

/** The database at head on one page of SQL, to be read and compared. */
export function schemaText(catalog: Catalog): string {
  const parts = [
    "-- The database at head, written from its catalog by `pnpm gen`. Not to be edited, and not run: migrations/ is what makes it.",
    ...catalog.extensions.map((name) => `create extension ${name};`),
    ...catalog.routines.map(routineText),
    ...inOrder(catalog.tables).map(tableText),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** By name, partitions right after their parent. */
function inOrder(tables: Table[], parent: string | null = null): Table[] {
  return tables.filter((table) => table.parent === parent).flatMap((table) => [table, ...inOrder(tables, table.name)]);
}

function routineText({ definition, signature, comment, callers }: Routine): string {
  const lines = [`${definition.trim()};`];
  if (callers) lines.push(`revoke execute on function ${signature} from public;`);
  if (callers && callers.length > 0) lines.push(`grant execute on function ${signature} to ${callers.join(", ")};`);
  if (comment) lines.push(`comment on function ${signature} is ${literal(comment)};`);
  return lines.join("\n");
}

function tableText(table: Table): string {
  const { name } = table;
  return [
    head(table),
    ...(table.comment
      ? [`comment on ${table.kind === "v" ? "view" : "table"} ${name} is ${literal(table.comment)};`]
      : []),
    // A partition has its parent's.
    ...(table.parent ? [] : table.columns.flatMap((column) => columnComment(name, column))),
    ...table.indexes.map(({ definition }) => `${definition};`),
    ...table.triggers.map(({ definition }) => `${definition};`),
    ...(table.rowSecurity ? [`alter table ${name} enable row level security;`] : []),
    ...(table.forced ? [`alter table ${name} force row level security;`] : []),
    ...table.policies.map((policy) => policyText(name, policy)),
    ...grantTexts(name, table.grants),
  ].join("\n");
}

function head(table: Table): string {
  const { name, parent, partitionKey, options } = table;
  if (table.kind === "v") return `create view ${name} as\n${table.definition ?? ""}`;
  const partitioned = partitionKey ? ` partition by ${lowerFirst(partitionKey)}` : "";
  const note = partitionKey?.startsWith("RANGE") ? "\n-- its other partitions are made as time goes on" : "";
  if (parent)
    return `create table ${name} partition of ${parent} ${lowerFirst(table.bound ?? "")}${partitioned};${note}`;
  const lines = [
    ...table.columns.map(columnText),
    ...table.constraints.map((c) => `constraint ${c.name} ${c.definition}`),
  ];
  const storage = options && options.length > 0 ? ` with (${options.join(", ")})` : "";
  return `create table ${name} (\n${lines.map((line) => `  ${line}`).join(",\n")}\n)${partitioned}${storage};${note}`;
}

function columnText(column: Column): string {
  const parts = [column.name, column.type];
  if (column.collation) parts.push(`collate ${column.collation}`);
  if (column.notNull) parts.push("not null");
  if (column.identity) parts.push(`generated ${column.identity === "a" ? "always" : "by default"} as identity`);
  if (column.generated)
    parts.push(`generated always as (${column.default ?? ""}) ${column.generated === "s" ? "stored" : "virtual"}`);
  if (column.default && !column.generated) parts.push(`default ${column.default}`);
  return parts.join(" ");
}

function columnComment(table: string, { name, comment }: Column): string[] {
  return comment ? [`comment on column ${table}.${name} is ${literal(comment)};`] : [];
}

function policyText(table: string, policy: Policy): string {
  const parts = [`create policy ${policy.name} on ${table}`];
  if (!policy.permissive) parts.push("as restrictive");
  if (policy.command !== "all") parts.push(`for ${policy.command}`);
  parts.push(`to ${policy.roles.join(", ")}`);
  if (policy.using) parts.push(`using ${wrapped(policy.using)}`);
  if (policy.check) parts.push(`with check ${wrapped(policy.check)}`);
  return `${parts.join(" ")};`;
}

function grantTexts(table: string, grants: Grant[]): string[] {
  const byGrantee = Map.groupBy(grants, ({ grantee }) => grantee);
  return [...byGrantee].map(([grantee, all]) => {
    const privileges = all.map(({ privilege, columns }) =>
      columns ? `${privilege} (${columns.join(", ")})` : privilege,
    );
    return `grant ${privileges.join(", ")} on ${table} to ${grantee};`;
  });
}

/** The expression in parentheses, unless it stands in one pair already. */
function wrapped(expression: string): string {
  let depth = 0;
  for (const [index, char] of [...expression].entries()) {
    if (char === "(") depth++;
    if (char === ")") depth--;
    if (depth === 0) return index === expression.length - 1 ? expression : `(${expression})`;
  }
  return `(${expression})`;
}

function lowerFirst(text: string): string {
  return text.replace(/^[A-Z ]+/, (words) => words.toLowerCase());
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
