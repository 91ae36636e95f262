import {
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type Transaction,
} from "kysely";
import type { PoolClient } from "pg";
import { runStatement, type Shapes } from "./statement.ts";
import type { Tables } from "./tables.generated.ts";

/** Kysely on one connection whose transaction is already open: the message that opened it carried the tenant's pin too. */
export const kyselyOn = (client: PoolClient, shapes: Shapes): Transaction<Tables> => {
  const connection = {
    executeQuery: async <R>({
      sql,
      parameters,
    }: {
      sql: string;
      parameters: readonly unknown[];
    }): Promise<QueryResult<R>> => {
      try {
        const { found, count } = await runStatement(client, shapes, sql, parameters);
        // Kysely's types say what a statement of theirs gives.
        return { rows: found as R[], numAffectedRows: BigInt(count ?? 0) };
      } catch (error) {
        // The socket's trace says nothing; from here it leads to who asked.
        if (error instanceof Error) Error.captureStackTrace(error);
        throw error;
      }
    },
    streamQuery: () => {
      throw new Error("Nothing is streamed from inside a tenant's transaction.");
    },
  };
  const nothing = async () => {};
  const driver: Driver = {
    init: nothing,
    acquireConnection: async () => connection,
    releaseConnection: nothing,
    beginTransaction: nothing,
    commitTransaction: nothing,
    rollbackTransaction: nothing,
    destroy: nothing,
  };
  const kysely = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver,
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
    },
  });
  // A Kysely on one connection inside an open transaction is what Kysely calls a Transaction; it has no other way to make one.
  return kysely as unknown as Transaction<Tables>;
};
