import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type pg from "pg";
import { withClient } from "../../src/db/connect.ts";
import { chooseIdentity, type Identity } from "../../src/db/embedded-identity.ts";

/** Debian 12's PostgreSQL: the oldest that DATABASE_URL may name. */
export const binaries15 = "/usr/lib/postgresql/15/bin";

/** A cluster that is gone afterwards, with a database whose owner is no superuser. */
export const withPostgres15 = async (work: (connection: pg.ClientConfig) => Promise<void>): Promise<void> => {
  const dir = await mkdtemp(join(tmpdir(), "authpi-15-"));
  const identity = await chooseIdentity(dir, dir);
  const data = join(dir, "cluster");
  await mkdir(data, { mode: 0o700 });
  await once(start(identity, ["initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]), "exit");
  const server = start(identity, ["postgres", "-D", data, "-h", "", "-k", dir, "-F"]);
  try {
    await saidReady(server);
    const admin = { host: dir, port: 5432, user: "postgres", database: "postgres" };
    await withClient(admin, async (client) => {
      await client.query("create role authpi login createrole createdb");
      await client.query("create database authpi owner authpi");
    });
    await work({ ...admin, user: "authpi", database: "authpi" });
  } finally {
    server.kill("SIGINT");
    if (server.exitCode === null) await once(server, "exit");
    await rm(dir, { recursive: true, force: true });
  }
};

const start = ({ prefix, user }: Identity, [command = "", ...args]: string[]) => {
  const [first = "", ...rest] = [...prefix, join(binaries15, command), ...args];
  return spawn(first, rest, { stdio: ["ignore", "ignore", "pipe"], ...user });
};

const saidReady = async (server: ReturnType<typeof start>): Promise<void> => {
  let said = "";
  for await (const chunk of server.stderr) {
    said += chunk;
    if (said.includes("ready to accept connections")) return;
  }
  throw new Error(`PostgreSQL 15 did not start: ${said}${await text(server.stderr)}`);
};
