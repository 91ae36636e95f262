import { setTimeout as delay } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { type Config, reachOf, readConfig } from "../config.ts";
import type { Database } from "../db/open.ts";
import { OperatorError } from "../domain/operator-error.ts";
import type { Runner } from "../jobs/runner.ts";
import { type Cluster, serverCluster } from "./cluster.ts";
import { assertPortIsFree, listen } from "./listen.ts";
import { loadMasterKey } from "./master-key.ts";
import { type ServedMetrics, startMetrics } from "./metrics.ts";
import { keyExports, within } from "./output.ts";
import { askedToStop } from "./signals.ts";

const drainMs = 10_000;
const sweepMs = 50;
const closeMs = 2000;
const loopbackNote = "AUTHPI_URL is this machine's own: webhooks may go to http: and to loopback, as in development.";
const endMs = 1000;

/** Serves until it is asked to stop, or until its own PostgreSQL is gone. */
export async function serve(env: NodeJS.ProcessEnv): Promise<void> {
  const config = readConfig(env);
  const stop = askedToStop();
  await assertPortIsFree(config);
  const { host, metricsPort } = config;
  if (metricsPort !== undefined) await assertPortIsFree({ host, port: metricsPort }, "AUTHPI_METRICS_PORT");
  const masterKey = await loadMasterKey(config, console.log);
  // The code is loaded while PostgreSQL starts.
  const [cluster, code] = await Promise.all([serverCluster(config, console.log), load()]);
  try {
    const server = await start(code, config, masterKey.reveal(), cluster).catch(async (error: unknown) => {
      // Whatever broke because its PostgreSQL ended is told as that.
      const ended = !(error instanceof OperatorError) && (await endsSoon(cluster));
      throw ended ? postgresEnded(config) : error;
    });
    const reason = await Promise.race([stop, cluster.ended.then(() => "ended" as const)]);
    // A supervisor that starts everything anew is simpler to trust than a server that outlives its database.
    if (reason === "ended") throw postgresEnded(config);
    await drain(server);
  } finally {
    await cluster.stop();
  }
}

function endsSoon({ ended }: Cluster): Promise<boolean> {
  return Promise.race([ended.then(() => true), delay(endMs, false)]);
}

function postgresEnded({ dataDir }: Config): OperatorError {
  return new OperatorError(
    `PostgreSQL ended, and so does AuthPI. Start it again; ${dataDir}/postgres.log has the cause.`,
  );
}

type Code = Awaited<ReturnType<typeof load>>;

interface Server {
  app: FastifyInstance;
  worker: Runner | undefined;
  database: Database;
  metrics: ServedMetrics | undefined;
}

async function start(code: Code, config: Config, masterKey: Buffer, cluster: Cluster): Promise<Server> {
  const { createApp, createDeps, createLog, createWorker, initialize, migrate, openDatabase } = code;
  await migrate(cluster.direct, { progress: console.log });
  const { connection, direct } = cluster;
  const database = openDatabase({ connection, direct, poolMax: config.databasePoolMax });
  const deps = createDeps(config, masterKey);
  const made = await initialize(database, deps);
  try {
    const log = createLog(config.logLevel);
    const outgoing = code.createOutgoing(reachOf(config));
    const metrics = await startMetrics(config, database);
    const app = await createApp({ config, database, deps, log, outgoing, metrics: metrics?.metrics });
    await listen(app, config);
    console.log(`AuthPI is ready at ${config.url}`);
    if (!config.smtpUrl) console.log(`Mail is kept, not sent: ${config.url}/dev/mail shows it to a key of the account`);
    if (reachOf(config).development) console.log(loopbackNote);
    const worker =
      config.jobs === "on" ? await createWorker({ database, deps, log, role: "api", outgoing }) : undefined;
    await worker?.start();
    return { app, worker, database, metrics };
  } finally {
    // The key exists from here on, whether or not the server listens, and this is the one time that it can be seen.
    if (made) console.log(firstKey(made));
  }
}

/** Loaded by the command, so that a start which fails early is quick. */
async function load() {
  const [
    { createApp },
    { createWorker },
    { createDeps },
    { createLog },
    { initialize },
    { migrate },
    { openDatabase },
    { createOutgoing },
  ] = await Promise.all([
    import("../app.ts"),
    import("../worker.ts"),
    import("../deps.ts"),
    import("./log.ts"),
    import("../core/installation/operations.ts"),
    import("../db/migrate.ts"),
    import("../db/open.ts"),
    import("../outgoing/outgoing.ts"),
  ]);
  return { createApp, createDeps, createLog, createOutgoing, createWorker, initialize, migrate, openDatabase };
}

function firstKey({ accountId, key }: { accountId: string; key: { id: string; secret: string } }): string {
  return `${keyExports(key)}
These two lines are not shown again; make another key with: pnpm authpi keys create --account ${accountId} --scopes '*:**'`;
}

/** Lets what is in flight end. A connection that is done is closed at once: its client would keep it for later requests. */
async function drain({ app, worker, database, metrics }: Server): Promise<void> {
  const sweep = setInterval(() => app.server.closeIdleConnections(), sweepMs);
  await within(drainMs, Promise.all([app.close(), worker?.stop()]));
  clearInterval(sweep);
  app.server.closeAllConnections();
  await metrics?.close();
  await within(closeMs, database.close());
}
