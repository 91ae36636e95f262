import pg from "pg";
import { parserOf } from "./types.ts";

/** How the rows of a statement are read. */
interface Shape {
  columns: readonly Column[];
  parsers: readonly ((value: string) => unknown)[];
  empty: Readonly<Record<string, null>>;
}
interface Column {
  name: string;
  dataTypeID: number;
}
/** Shapes by the text of the statement. */
export type Shapes = Map<string, Shape>;

export interface Answer {
  found: Record<string, unknown>[];
  /** Undefined where the command has none. */
  count: number | undefined;
}

/**
 * One statement as pg itself sends it, but its rows' shape is made once for each text: for a wide row that costs pg as much as reading
 * it. What the server says of the columns is compared each time, since a migration may add one meanwhile.
 */
export const runStatement = (
  client: pg.ClientBase,
  shapes: Shapes,
  text: string,
  values: readonly unknown[],
): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const statement: Statement = new Statement(shapes, text, [...values], (error) =>
      error ? reject(error) : resolve(statement),
    );
    client.query(statement);
  });

class Statement extends pg.Query implements Answer {
  // pg's own `rows` is how many it may fetch at once.
  readonly found: Record<string, unknown>[] = [];
  count: number | undefined;
  readonly #shapes: Shapes;
  readonly #text: string;
  #shape: Shape = none;

  constructor(shapes: Shapes, text: string, values: unknown[], done: (error: Error | undefined) => void) {
    super(text, values, done);
    this.#shapes = shapes;
    this.#text = text;
  }

  handleRowDescription({ fields }: { fields: readonly Column[] }): void {
    const known = this.#shapes.get(this.#text);
    this.#shape = known && isOf(known, fields) ? known : shapeOf(fields);
    if (this.#shape === known) return;
    if (this.#shapes.size >= shapesMax) this.#shapes.clear();
    this.#shapes.set(this.#text, this.#shape);
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const { columns, parsers, empty } = this.#shape;
    const row: Record<string, unknown> = { ...empty };
    for (let at = 0; at < columns.length; at++) {
      const value = fields[at] ?? null;
      if (value !== null) row[columns[at]?.name ?? ""] = parsers[at]?.(value);
    }
    this.found.push(row);
  }

  handleCommandComplete({ text }: { text: string }): void {
    this.count = /^[A-Z]+(?: \d+)? (\d+)$/.test(text) ? Number(text.slice(text.lastIndexOf(" "))) : undefined;
  }
}

/** Lists of several lengths make several texts of one query. */
const shapesMax = 1000;
const none: Shape = { columns: [], parsers: [], empty: {} };

const isOf = ({ columns }: Shape, fields: readonly Column[]): boolean =>
  columns.length === fields.length &&
  columns.every(({ name, dataTypeID }, at) => name === fields[at]?.name && dataTypeID === fields[at]?.dataTypeID);

const shapeOf = (fields: readonly Column[]): Shape => ({
  columns: fields.map(({ name, dataTypeID }) => ({ name, dataTypeID })),
  parsers: fields.map(({ dataTypeID }) => parserOf(dataTypeID, "text")),
  empty: Object.fromEntries(fields.map(({ name }) => [name, null])),
});
