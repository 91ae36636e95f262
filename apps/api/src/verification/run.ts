import type pg from "pg";
import { executionOf, sync } from "../db/execution.ts";
import { type Hit, statementName } from "./statement.ts";

/**
 * One execution of the session's prepared statement, as pg runs what it is given to submit. Its rows are known beforehand, so
 * they are neither described nor converted.
 */
export class Run implements pg.Submittable {
  readonly #parameters: (string | null)[];
  readonly #done: (error: Error | undefined, hits: readonly Hit[]) => void;
  readonly #hits: Hit[] = [];
  #failed = false;

  constructor(parameters: (string | null)[], done: (error: Error | undefined, hits: readonly Hit[]) => void) {
    this.#parameters = parameters;
    this.#done = done;
  }

  submit(connection: pg.Connection): void {
    connection.stream.write(Buffer.concat([executionOf(statementName, this.#parameters), sync]));
  }

  handleDataRow(row: { fields: Hit }): void {
    this.#hits.push(row.fields);
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    if (!this.#failed) this.#done(undefined, this.#hits);
  }

  /** From the server, which will be ready again after it, or of the connection, which will not. */
  handleError(error: Error): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#done(error, []);
  }
}
