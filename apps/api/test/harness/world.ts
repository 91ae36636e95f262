import pg from "pg";
import { afterAll } from "vitest";
import { createAccount, createKey } from "../../src/core/installation/operations.ts";
import { type ApiClient, apiClient, type Credential } from "./client.ts";
import { type NameServer, startNameServer } from "./dns.ts";
import { cloneDatabase, type Server, startServer } from "./server.ts";

/** A tenant of a test's own: an account with a key that may do everything. */
export interface Tenant {
  accountId: string;
  key: Credential;
  api: ApiClient;
  sql: Sql;
  /** The name server that its server asks. */
  dns: NameServer;
}

/** A statement as the owner of the database, past every filter. */
export type Sql = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<Row[]>;

export interface World {
  server: Server;
  /** A second process's worth of server on the same database. */
  another(options?: Parameters<typeof startServer>[1]): Promise<Server>;
  tenant(scopes?: string[]): Promise<Tenant>;
  /** A further key of the tenant's account. */
  keyOf(accountId: string, scopes: string[]): Promise<ApiClient>;
  /** A client with a key that somebody made. */
  clientOf(accountId: string, key: Credential): ApiClient;
  sql: Sql;
  connection: pg.ClientConfig;
  /** The name server that every server of the world asks. */
  dns: NameServer;
}

/** The world of one test file: a database and a server; all of it is gone after the last test. */
export const createWorld = async (options: Parameters<typeof startServer>[1] = {}): Promise<World> => {
  const { connection, drop } = await cloneDatabase();
  const dns = await startNameServer();
  const asking = { dnsServers: [dns.address] };
  const servers = [await startServer(connection, { ...asking, ...options })];
  const owner = new pg.Pool({ ...connection, max: 2 });
  // The database is dropped while a connection may still be on its way out.
  owner.on("error", () => {});
  afterAll(async () => {
    await Promise.all(servers.map((one) => one.close()));
    await owner.end();
    await dns.close();
    await drop();
  });
  const [server] = servers;
  if (!server) throw new Error("The server did not start.");
  const { database, deps } = server;

  const keyOf = async (accountId: string, scopes: string[]) => {
    const key = await createKey(database, deps, { accountId, scopes, name: "A key" });
    return { key, api: apiClient(server.url, key, accountId) };
  };
  const sql: Sql = async (text, values) => (await owner.query(text, values)).rows;
  return {
    server,
    connection,
    dns,
    another: async (more = {}) => {
      const next = await startServer(connection, { clock: server.clock, ...asking, ...more });
      servers.push(next);
      return next;
    },
    tenant: async (scopes = ["*:**"]) => {
      const { accountId } = await createAccount(database, deps, { name: "A tenant" });
      return { accountId, sql, dns, ...(await keyOf(accountId, scopes)) };
    },
    keyOf: async (accountId, scopes) => (await keyOf(accountId, scopes)).api,
    clientOf: (accountId, key) => apiClient(server.url, key, accountId),
    sql,
  };
};
