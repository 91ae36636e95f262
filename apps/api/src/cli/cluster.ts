import type pg from "pg";
import type { Config } from "../config.ts";
import { attachEmbedded, type Embedded, type EmbeddedConnection, startEmbedded } from "../db/embedded.ts";

export type Progress = (line: string) => void;

/** The PostgreSQL that a command works with, whoever runs it. */
export interface Cluster {
  connection: pg.PoolConfig;
  /** To the server itself, where `connection` goes through a pooler. */
  direct: pg.ClientConfig;
  /** Resolves when a PostgreSQL that this process runs is gone; never for another's. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

/** The cluster for a server: `DATABASE_URL`'s, or an embedded one of its own. */
export async function serverCluster(config: Config, progress: Progress): Promise<Cluster> {
  return external(config) ?? embedded(await startEmbedded({ dataDir: config.dataDir, progress }));
}

/** The cluster for an operator's command, which works beside a running server and without one. */
export async function commandCluster(config: Config, progress: Progress): Promise<Cluster> {
  const found = external(config);
  if (found) return found;
  const running = await attachEmbedded(config.dataDir);
  return running ? anothers(running) : serverCluster(config, progress);
}

function external({ databaseUrl, databaseDirectUrl = databaseUrl }: Config): Cluster | undefined {
  if (!databaseUrl || !databaseDirectUrl) return undefined;
  const direct = { connectionString: databaseDirectUrl.reveal() };
  return { ...notOurs, connection: { connectionString: databaseUrl.reveal() }, direct };
}

function embedded({ connection, ended, stop }: Embedded): Cluster {
  return { connection, direct: connection, ended, stop };
}

function anothers(connection: EmbeddedConnection): Cluster {
  return { ...notOurs, connection, direct: connection };
}

const notOurs = { ended: new Promise<void>(() => {}), stop: async () => {} };
