import {
  type DeleteQueryBuilder,
  type DeleteResult,
  type InsertObject,
  type InsertQueryBuilder,
  type InsertResult,
  type SelectQueryBuilder,
  type SqlBool,
  sql,
  type Transaction,
  type UpdateQueryBuilder,
  type UpdateResult,
} from "kysely";
import type { NewJob } from "./jobs.ts";
import type { JobName } from "./queues.ts";
import type { Tables } from "./tables.generated.ts";

/** The tables with a tenant. */
export type TenantTable = { [T in keyof Tables]: Tables[T] extends { account_id: string } ? T : never }[keyof Tables];
type Values<T extends TenantTable> = Omit<InsertObject<Tables, T>, "account_id">;
type NoColumns = Record<never, never>;

type Send = <N extends JobName>(name: N, jobs: readonly NewJob<N>[]) => Promise<void>;

/** A transaction that is pinned to one account: every query begins here, and so has the tenant in it. */
export class Tx {
  /** For expressions and for what a pinned query is joined with; row-level security holds here too. */
  readonly db: Transaction<Tables>;
  readonly accountId: string;
  /** The row of the statement that travelled with `begin`. */
  readonly preloaded: unknown;
  readonly #filtersOff: boolean;
  readonly #send: Send;
  readonly #several: readonly string[] | undefined;

  constructor(
    db: Transaction<Tables>,
    accountId: string,
    filtersOff: boolean,
    preloaded: unknown,
    send: Send,
    several?: readonly string[],
  ) {
    this.#send = send;
    this.#several = several;
    this.db = db;
    this.accountId = accountId;
    this.preloaded = preloaded;
    this.#filtersOff = filtersOff;
  }

  /**
   * The same transaction, from here on for reading what several accounts show of themselves: the caller may act on each of them. The Tx
   * that it was asked of sees no row any more.
   */
  async readingAccounts(accountIds: readonly string[]): Promise<Tx> {
    const pins = accountIds.join(",");
    await sql`select set_config('role', 'authpi_accounts', true), set_config('app.account_ids', ${pins}, true)`.execute(
      this.db,
    );
    return new Tx(this.db, this.accountId, this.#filtersOff, undefined, this.#send, accountIds);
  }

  /** The tenant's own filter on a table or its alias; a test switches it off, so that row-level security stands alone. */
  own(alias: string) {
    if (this.#filtersOff) return sql<SqlBool>`true`;
    const owner = sql.ref(`${alias}.account_id`);
    if (this.#several) return sql<SqlBool>`${owner} = any (${this.#several})`;
    return sql<SqlBool>`${owner} = ${this.accountId}`;
  }

  // Kysely types a query by its table's literal name. Inside of these generic methods that name is still open: each builder is made
  // under the name of one stand-in for all tenant tables, and given the type that the literal name would have given it.
  from<T extends TenantTable>(table: T): SelectQueryBuilder<Tables, T, NoColumns> {
    return this.#any.selectFrom(table as "any").where(this.own(table)) as unknown as SelectQueryBuilder<
      Tables,
      T,
      NoColumns
    >;
  }

  update<T extends TenantTable>(table: T): UpdateQueryBuilder<Tables, T, T, UpdateResult> {
    return this.#any.updateTable(table as "any").where(this.own(table)) as unknown as UpdateQueryBuilder<
      Tables,
      T,
      T,
      UpdateResult
    >;
  }

  delete<T extends TenantTable>(table: T): DeleteQueryBuilder<Tables, T, DeleteResult> {
    return this.#any.deleteFrom(table as "any").where(this.own(table)) as unknown as DeleteQueryBuilder<
      Tables,
      T,
      DeleteResult
    >;
  }

  insert<T extends TenantTable>(
    table: T,
    values: Values<T> | readonly Values<T>[],
  ): InsertQueryBuilder<Tables, T, InsertResult> {
    const rows = (Array.isArray(values) ? values : [values]).map((row) => ({ ...row, account_id: this.accountId }));
    return this.#any.insertInto(table as "any").values(rows) as unknown as InsertQueryBuilder<Tables, T, InsertResult>;
  }

  /** Tells the other processes, when this transaction commits. */
  async notify(channel: string, payload: string): Promise<void> {
    await sql`select pg_notify(${channel}, ${payload})`.execute(this.db);
  }

  /** Jobs that are there when this transaction commits, and not before. */
  enqueue<N extends JobName>(name: N, ...jobs: readonly NewJob<N>[]): Promise<void> {
    return this.#send(name, jobs);
  }

  get #any(): Transaction<{ any: { account_id: string } }> {
    return this.db as unknown as Transaction<{ any: { account_id: string } }>;
  }
}
