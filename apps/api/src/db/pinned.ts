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
import type { Tables } from "./tables.generated.ts";

/** Kysely on one connection whose transaction is already open: the message that opened it carried the tenant's pin too. */
export const kyselyOn = (client: PoolClient): Transaction<Tables> => {
  const connection = {
    executeQuery: async <R>({
      sql,
      parameters,
    }: {
      sql: string;
      parameters: readonly unknown[];
    }): Promise<QueryResult<R>> => {
      const result = await client.query(sql, [...parameters]);
      const affected = BigInt(result.rowCount ?? 0);
      return { rows: result.rows, numAffectedRows: affected };
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
