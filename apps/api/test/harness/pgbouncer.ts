import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type pg from "pg";
import { freePort } from "./free-port.ts";

export interface Pooler {
  host: string;
  port: number;
  stop(): Promise<void>;
}

/** PgBouncer in transaction mode before a cluster: every connection that asks for it goes through here, whatever its database. */
export const startPgBouncer = async (program: string, cluster: pg.ClientConfig): Promise<Pooler> => {
  const folder = await mkdtemp(join(tmpdir(), "authpi-pgbouncer-"));
  // It gives up being root, and must still read its configuration and reach the socket.
  await chmod(folder, 0o755);
  if (isRoot) await admitOthers(String(cluster.host), Number(cluster.port));
  const port = await freePort();
  const settings = join(folder, "pgbouncer.ini");
  await writeFile(
    settings,
    `[databases]
* = host=${cluster.host} port=${cluster.port} user=${cluster.user}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
max_client_conn = 1000
default_pool_size = 8
query_wait_timeout = 3
server_login_retry = 1
`,
  );
  const user = isRoot ? ["-u", "nobody"] : [];
  const child = spawn(program, ["-q", ...user, settings], { stdio: ["ignore", "inherit", "inherit"] });
  await untilItListens(child, port);
  return {
    host: "127.0.0.1",
    port,
    stop: async () => {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const isRoot = process.getuid?.() === 0;

const admitOthers = async (socketDir: string, port: number): Promise<void> => {
  await chmod(dirname(socketDir), 0o711);
  await chmod(socketDir, 0o711);
  await chmod(join(socketDir, `.s.PGSQL.${port}`), 0o777);
};

const untilItListens = async (child: ChildProcess, port: number): Promise<void> => {
  for (let tries = 0; tries < 100; tries++) {
    if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}.`);
    const socket = connect(port, "127.0.0.1");
    const open = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (open) return;
    await delay(50);
  }
  throw new Error("PgBouncer does not listen.");
};
