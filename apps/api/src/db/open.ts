import type { Transaction } from "kysely";
import pg from "pg";
import type { Db } from "pg-boss";
import { createSender, dbOn } from "./jobs.ts";
import { createListener, type Listening } from "./listen.ts";
import { pendingMigrations } from "./migrate.ts";
import { kyselyOn } from "./pinned.ts";
import { type NamedStatement, PreparedRunner } from "./prepared.ts";
import type { Tables } from "./tables.generated.ts";
import { Tx } from "./tx.ts";
import { parserOf } from "./types.ts";

export interface DatabaseOptions {
  connection: pg.PoolConfig;
  /** Names the server itself where `connection` goes through a pooler: for LISTEN and the verification lane. */
  direct?: pg.ClientConfig;
  poolMax: number;
  /** A test's flag: queries leave their own tenant filter out, so that row-level security alone stands. */
  filtersOff?: boolean;
}

export type { NamedStatement } from "./prepared.ts";

export interface PinOptions {
  /** One more statement, ready text, that travels in the message that opens the transaction. */
  preload?: string;
}

export interface Database {
  /** One transaction as the application's role, pinned to an account; the row of `preload` is `tx.preloaded`. */
  transaction<T>(accountId: string, work: (tx: Tx) => Promise<T>, options?: PinOptions): Promise<T>;
  /** One transaction as the owner, over all accounts: for the operator's commands, never for a request. */
  operator<T>(work: (as: (accountId: string) => Tx) => Promise<T>): Promise<T>;
  /** The account of an issuer, before any tenant is known. */
  issuerAccount(issuerId: string): Promise<IssuerAccount | undefined>;
  /** One statement of its own as the verification's role, before any tenant is known. */
  verify<Row extends object>(statement: NamedStatement, values: readonly unknown[]): Promise<Row[]>;
  listen(channel: string, on: Listening): Promise<{ close(): Promise<void> }>;
  /** What pg-boss works on: the pool as the owner, and a listener of its own. */
  readonly jobs: Db;
  /** The migrations of this version that the database lacks. */
  pendingMigrations(): Promise<string[]>;
  readonly direct: pg.ClientConfig;
  readonly filtersOff: boolean;
  readonly pool: { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

export interface IssuerAccount {
  accountId: string;
  version: number;
  active: boolean;
}

export const openDatabase = (options: DatabaseOptions): Database => {
  const types = { getTypeParser: parserOf };
  const pool = createPool({ max: options.poolMax, ...options.connection, types });
  const direct: pg.ClientConfig = { ...(options.direct ?? options.connection), types };
  const filtersOff = options.filtersOff ?? false;
  const verification = verificationPool(direct);
  const prepared = new PreparedRunner(verification);
  const jobs: Db = {
    ...dbOn(pool),
    listen: (channel, message, connected) =>
      createListener(direct, channel, { message, connected, disconnected: () => {} }),
  };
  // What the sender asks for itself, it may ask in the middle of a transaction for which all of the pool waits, a pooler's too.
  const aside = createPool({ ...direct, types: pg.types, max: 1, idleTimeoutMillis: 1000 });
  const sender = createSender(dbOn(aside));
  // Making a Kysely costs as much as a statement, and it keeps nothing of a transaction: each connection has one.
  const made = new WeakMap<pg.PoolClient, Transaction<Tables>>();
  const kyselyOf = (client: pg.PoolClient): Transaction<Tables> => {
    const known = made.get(client) ?? kyselyOn(client);
    made.set(client, known);
    return known;
  };
  const txOn = (client: pg.PoolClient, accountId: string, off: boolean, preloaded: unknown): Tx =>
    new Tx(kyselyOf(client), accountId, off, preloaded, (name, rows) => sender.send(client, name, rows));

  /** The role and the tenant last until the transaction ends: pools share sessions. */
  const within = async <T>(
    opening: string,
    work: (client: pg.PoolClient, preloaded: unknown) => Promise<T>,
  ): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      const results: unknown = await client.query(opening);
      const last: unknown = Array.isArray(results) ? results.at(-1) : results;
      const answer = await work(client, firstRow(last));
      await client.query("commit");
      return answer;
    } catch (error) {
      broken = await client.query("rollback").then(
        () => undefined,
        (reason: Error) => reason,
      );
      throw error;
    } finally {
      client.release(broken);
    }
  };

  return {
    direct,
    filtersOff,
    jobs,
    get pool() {
      return { total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
    },
    transaction: (accountId, work, { preload } = {}) => {
      const pin = `select set_config('app.account_id', ${pg.escapeLiteral(accountId)}, true)`;
      const opening = `begin; set local role authpi_app; ${pin}${preload ? `; ${preload}` : ""}`;
      return within(opening, (client, preloaded) => work(txOn(client, accountId, filtersOff, preloaded)));
    },
    operator: (work) => within("begin", (client) => work((accountId) => txOn(client, accountId, false, undefined))),
    issuerAccount: async (issuerId) => {
      const text = `begin; set local role authpi_verify;
        select account_id as "accountId", version, status = 'active' and deleted_at is null as active
          from issuers where id = ${pg.escapeLiteral(issuerId)}`;
      return within(text, async (_, row) => (row ? (row as IssuerAccount) : undefined));
    },
    verify: (statement, values) => prepared.run(statement, values),
    listen: (channel, on) => createListener(direct, channel, on),
    pendingMigrations: () => pendingMigrations(pool),
    close: async () => {
      await sender.close();
      await Promise.all([pool.end(), verification.end(), aside.end()]);
    },
  };
};

/** A connection that breaks is replaced by the pool, and a query tells whoever needs it: the running one, or the next. */
const createPool = (config: pg.PoolConfig): pg.Pool => {
  const pool = new pg.Pool({ ...config, connectionTimeoutMillis: 5000 });
  pool.on("error", () => {});
  // The pool listens to those that lie idle alone: one that breaks while it is taken out would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
};

/** Its sessions keep the narrow role, prepared statements and plans by index: so they go to the server itself. */
const verificationPool = (direct: pg.ClientConfig): pg.Pool =>
  createPool({
    ...direct,
    max: verificationPoolMax,
    application_name: "authpi tokens",
    onConnect: (client) => client.query(verificationSession),
  });
const verificationPoolMax = 4;
/** What a session of the verification begins with. */
export const verificationSession = `set role authpi_verify; set statement_timeout = 2000; set plan_cache_mode = force_generic_plan;
  set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off`;

const firstRow = (result: unknown): unknown =>
  result instanceof pg.Result && result.rows.length > 0 ? result.rows[0] : undefined;
