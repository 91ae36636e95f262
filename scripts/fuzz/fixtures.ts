import { withClient } from "@authpi/api/db/connect";
import { attachEmbedded } from "@authpi/api/db/embedded";
import { resources } from "@authpi/schema";
import { apiClient } from "../../apps/api/test/harness/client.ts";
import { startNameServer } from "../../apps/api/test/harness/dns.ts";
import { everyOperation, type OperationCase } from "../../apps/api/test/harness/operations.ts";
import { makeOne, placeOf } from "../../apps/api/test/harness/scene.ts";
import type { Tenant } from "../../apps/api/test/harness/world.ts";
import { firstKey, type Key } from "../bench/seed.ts";
import { type Server, startServer } from "../server.ts";

/** A server of its own, with one account and its key. */
export interface Target {
  server: Server;
  key: Key;
  tenant: Tenant;
  stop(): Promise<void>;
}

/** The ids that an operation's path is given. */
export interface Fixture {
  operation: OperationCase;
  params: Readonly<Record<string, string>>;
}

export async function startTarget(dataDir: string): Promise<Target> {
  const dns = await startNameServer();
  const server = await startServer(dataDir, {
    AUTHPI_LOG_LEVEL: "error",
    AUTHPI_DNS_SERVERS: dns.address,
    // It presents many, and expects 401 of each.
    AUTHPI_RATE_LIMITS: "bad-credentials=off",
  });
  const key = await firstKey(server);
  const accounts = await apiClient(server.url, key, "").get("/v1/accounts");
  const accountId = String(accounts.body.data[0].id);
  const tenant = { accountId, key, dns, sql: sqlOn(dataDir), api: apiClient(server.url, key, accountId) };
  const stop = async () => {
    await server.stop();
    await dns.close();
  };
  return { server, key, tenant, stop };
}

/** For the things that no operation makes: sessions, say. */
const sqlOn =
  (dataDir: string): Tenant["sql"] =>
  async (text, values) => {
    const connection = await attachEmbedded(dataDir);
    if (!connection) throw new Error("The server's PostgreSQL does not run.");
    return (await withClient(connection, (client) => client.query(text, values))).rows;
  };

/** One of every noun, each in a place of its own; what a DELETE takes is nobody else's. */
export async function makeFixtures(tenant: Tenant): Promise<Fixture[]> {
  // An account has no more than so many of these, and the pass before made its own.
  await tenant.sql("delete from webhooks");
  await tenant.sql("delete from account_domains");
  const fixtures: Fixture[] = [];
  for (const resource of resources) {
    const place = await placeOf(tenant, resource);
    const operations = everyOperation.filter((one) => one.resource === resource);
    const kept = await makeOne(tenant, resource, place);
    for (const operation of operations) {
      const made = operation.method === "DELETE" ? await makeOne(tenant, resource, place) : kept;
      const params = made === undefined ? place : { ...place, [resource.param]: made };
      fixtures.push({ operation, params });
    }
  }
  return fixtures;
}
