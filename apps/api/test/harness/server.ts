import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import pg from "pg";
import { pino } from "pino";
import { inject } from "vitest";
import { createApp } from "../../src/app.ts";
import { errorCode } from "../../src/db/connect.ts";
import { type Database, openDatabase } from "../../src/db/open.ts";
import type { Deps, MailSettings } from "../../src/deps.ts";
import { type RateLimits, rateLimits } from "../../src/domain/rate-limits.ts";
import { createMetrics, type Metrics } from "../../src/metrics/registry.ts";
import { createOutgoing, type Outgoing, type OutgoingOptions } from "../../src/outgoing/outgoing.ts";
import { createWorker } from "../../src/worker.ts";
import { type TestClock, testClock, testDeps } from "./deps.ts";

export interface Server {
  app: FastifyInstance;
  url: string;
  database: Database;
  deps: Deps;
  outgoing: Outgoing;
  clock: TestClock;
  /** What the server has logged at `warn` and above. */
  complaints: string[];
  metrics: Metrics | undefined;
  close(): Promise<void>;
}

export interface Databases {
  connection: pg.ClientConfig;
  drop(): Promise<void>;
}

/** A database of a test file's own. */
export const cloneDatabase = async (): Promise<Databases> => {
  const cluster = inject("cluster");
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = async (text: string) => {
    const client = new pg.Client({ ...cluster, database: "postgres" });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await admin(`create database ${name} template ${cluster.database} strategy file_copy`);
  // The autovacuum, which the owner may not end, is done in a moment.
  const drop = async (tries = 20): Promise<void> => {
    const refused = await admin(`drop database ${name} with (force)`).then(
      () => undefined,
      (error: Error) => error,
    );
    if (!refused) return;
    if (tries === 0 || errorCode(refused) !== "42501") throw refused;
    await delay(250);
    await drop(tries - 1);
  };
  return { connection: { ...cluster, database: name }, drop: () => drop() };
};

interface ServerOptions {
  poolMax?: number;
  filtersOff?: boolean;
  clock?: TestClock;
  /** How user's servers are reached: as in development, where nothing is said. */
  outgoing?: Partial<OutgoingOptions>;
  /** Does jobs as they come, as a server does by default; without it a test calls runJobs. */
  jobs?: boolean;
  /** Nobody answers where it is left out. */
  dnsServers?: readonly string[];
  /** Those that differ; bad credentials have none where nothing is said: tests present many, all from one source. */
  limits?: Partial<RateLimits>;
  /** Where mail goes; without it the server captures it. */
  mail?: Partial<MailSettings>;
  /** Counts for Prometheus, as a server does with AUTHPI_METRICS_PORT. */
  metrics?: boolean;
}

/** The real server on a free port of loopback. Several may share a database. */
export const startServer = async (
  connection: pg.ClientConfig,
  {
    poolMax = 5,
    filtersOff = false,
    clock = testClock(),
    jobs = false,
    metrics: counted = false,
    mail = {},
    limits = { badCredentials: { ...rateLimits.badCredentials, max: Number.POSITIVE_INFINITY } },
    dnsServers = ["127.0.0.1:9"],
    outgoing: reach = {},
  }: ServerOptions = {},
): Promise<Server> => {
  const complaints: string[] = [];
  const log = pino({ level: "warn" }, { write: (line: string) => void complaints.push(line) });
  const pooled = { ...connection, ...inject("pooler") };
  const database = openDatabase({ connection: pooled, direct: connection, poolMax, filtersOff });
  const deps = testDeps(clock, undefined, dnsServers);
  const outgoing = createOutgoing({ allow: [], development: true, ...reach });
  Object.assign(deps.mail, mail);
  deps.limits = { ...rateLimits, ...limits };
  const metrics = counted ? createMetrics(database) : undefined;
  const app = await createApp({
    config: { trustedProxies: [], securityContact: "mailto:security@example.com" },
    database,
    deps,
    log,
    outgoing,
    metrics,
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  Object.assign(deps, { url, idpUrl: url });
  const worker = jobs ? await createWorker({ database, deps, log, role: "api", outgoing }) : undefined;
  await worker?.start();
  return {
    app,
    url,
    database,
    deps,
    outgoing,
    clock,
    complaints,
    metrics,
    close: async () => {
      await Promise.all([app.close(), worker?.stop()]);
      await Promise.all([database.close(), outgoing.close()]);
    },
  };
};
