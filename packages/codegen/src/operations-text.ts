import type { Route } from "./route.ts";

/** One line an operation: the diff of this text is the review of a change to the API. */
export const operationsText = (routes: readonly Route[]): string =>
  `${[columns, ...routes.map(cellsOf)].map(lineOf).join("\n")}\n`;

const columns = ["method", "path", "scope (one of)", "event (one of)", "statuses"];

// Fixed, so that a new operation moves no line but its own; one that is wider than a column shifts its own line alone.
const widths = [6, 112, 54, 72, 0];

const cellsOf = ({ method, path, scopes, operation, statuses }: Route): string[] => [
  method,
  path,
  [scopes.join(",") || "-", ...(operation.also ?? [])].join(" and "),
  operation.emits?.join(",") || "-",
  statuses.join(" "),
];

const lineOf = (cells: readonly string[]): string =>
  cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join("  ")
    .trimEnd();
