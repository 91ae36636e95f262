import type pg from "pg";
import { executionOf, sync } from "./execution.ts";
import { parserOf } from "./types.ts";

/** Prepared once in each session that it runs in. */
export interface NamedStatement {
  name: string;
  text: string;
}
/** What is known of a statement once it has run: what the columns are called, and how each is read. */
type Columns = readonly { name: string; parse: (text: string) => unknown }[];

interface Waiting {
  statement: NamedStatement;
  values: readonly unknown[];
  resolve(rows: object[]): void;
  reject(error: Error): void;
}

/** So many share one journey; and where so many wait, one more session helps. */
const GROUP_MAX = 64;
const HELP_AT = 16;

/**
 * Runs named statements on pooled sessions, and lets those that arrive while one is under way travel together: one write, one commit,
 * one answer. Alone, one goes at once. Where one of a group fails nothing of the group was done, and each is run by itself.
 */
export class PreparedRunner {
  readonly #pool: pg.Pool;
  readonly #columns = new Map<string, Columns>();
  readonly #prepared = new WeakMap<pg.PoolClient, Set<string>>();
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  run<Row extends object>(statement: NamedStatement, values: readonly unknown[]): Promise<Row[]> {
    return new Promise((resolve, reject) => {
      // Its columns are those of the statement's own rows.
      const settled = { resolve: resolve as (rows: object[]) => void, reject };
      this.#waiting.push({ statement, values, ...settled });
      this.#send();
    });
  }

  #send(): void {
    if (this.#waiting.length <= this.#underWay * HELP_AT) return;
    const group = this.#waiting.splice(0, GROUP_MAX);
    this.#underWay++;
    void this.#travel(group).finally(() => {
      this.#underWay--;
      this.#send();
    });
  }

  async #travel(group: readonly Waiting[]): Promise<void> {
    let client: pg.PoolClient | undefined;
    let broken: Error | undefined;
    try {
      client = await this.#pool.connect();
      const known = this.#prepared.get(client) ?? new Set();
      this.#prepared.set(client, known);
      const ready: Waiting[] = [];
      for (const one of group) {
        if (known.has(one.statement.name)) ready.push(one);
        else await this.#first(client, known, one);
      }
      if (ready.length > 0) await this.#together(client, ready);
    } catch (error) {
      broken = error instanceof Error ? error : new Error(String(error));
      for (const { reject } of group) reject(broken);
    } finally {
      client?.release(broken);
    }
  }

  /** pg prepares it, and says what its rows are. */
  async #first(client: pg.PoolClient, known: Set<string>, { statement, values, resolve }: Waiting): Promise<void> {
    const { name, text } = statement;
    const { rows, fields } = await client.query({ name, text, values: [...values] });
    const columns = fields.map((field) => ({ name: field.name, parse: parserOf(field.dataTypeID, "text") }));
    this.#columns.set(name, columns);
    known.add(name);
    resolve(rows);
  }

  async #together(client: pg.PoolClient, group: readonly Waiting[]): Promise<void> {
    const columnsOf = (name: string): Columns => this.#columns.get(name) ?? [];
    const failed = await new Promise<Error | undefined>((done) => {
      client.query(new Journey(group, columnsOf, done));
    });
    if (!failed) return;
    if (group.length === 1) throw failed;
    for (const one of group) await this.#together(client, [one]).catch(one.reject);
  }
}

/** One journey of several executions, as pg runs what it is given to submit. */
class Journey implements pg.Submittable {
  readonly #group: readonly Waiting[];
  readonly #rows: object[][];
  readonly #columnsOf: (name: string) => Columns;
  readonly #done: (failed: Error | undefined) => void;
  #at = 0;
  #failed: Error | undefined;

  constructor(
    group: readonly Waiting[],
    columnsOf: (name: string) => Columns,
    done: (failed: Error | undefined) => void,
  ) {
    this.#group = group;
    this.#rows = group.map(() => []);
    this.#columnsOf = columnsOf;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    const messages = this.#group.map(({ statement, values }) => executionOf(statement.name, values.map(textOf)));
    connection.stream.write(Buffer.concat([...messages, sync]));
  }

  handleDataRow({ fields }: { fields: readonly (string | null)[] }): void {
    const columns = this.#columnsOf(this.#group[this.#at]?.statement.name ?? "");
    const row: Record<string, unknown> = {};
    for (const [at, { name, parse }] of columns.entries()) {
      const text = fields[at] ?? null;
      row[name] = text === null ? null : parse(text);
    }
    this.#rows[this.#at]?.push(row);
  }

  handleCommandComplete(): void {
    this.#at++;
  }

  /** All of it is committed. */
  handleReadyForQuery(): void {
    if (this.#failed) return;
    for (const [at, { resolve }] of this.#group.entries()) resolve(this.#rows[at] ?? []);
    this.#done(undefined);
  }

  /** From the server, which will be ready again after it, or of the connection, which will not. */
  handleError(error: Error): void {
    if (this.#failed) return;
    this.#failed = error;
    this.#done(error);
  }
}

/** A value as PostgreSQL reads it from text; what is neither plain nor a list is JSON. */
const textOf = (value: unknown): string | null => {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return `\\x${value.toString("hex")}`;
  if (Array.isArray(value)) return `{${value.map(elementOf).join()}}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
};

const elementOf = (value: unknown): string => {
  const text = textOf(value);
  return text === null ? "NULL" : `"${text.replace(/["\\]/g, "\\$&")}"`;
};
