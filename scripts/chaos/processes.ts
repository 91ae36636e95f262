import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Embedded, startEmbedded } from "@authpi/api/db/embedded";

/** Something that is killed without a warning, and started again by itself. */
export interface Victim {
  name: string;
  deaths: number;
  kill(): void;
  /** Ends it for good, cleanly. */
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "../..");
const restartMs = () => Math.random() * 1500;

/** A command of the server's program, run again whenever it ends. */
export const keepRunning = (command: string, env: NodeJS.ProcessEnv, logPath: string): Victim => {
  let stopping = false;
  let child: ChildProcess;
  const victim: Victim = {
    name: command,
    deaths: 0,
    kill: () => void child.kill("SIGKILL"),
    stop: async () => {
      stopping = true;
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
  const run = () => {
    const log = openSync(logPath, "a");
    const args = ["-C", "source", "--disable-warning=ExperimentalWarning", "apps/api/src/main.ts", command];
    child = spawn(join(root, "node_modules/.bin/node"), args, { cwd: root, env, stdio: ["ignore", log, log] });
    closeSync(log);
    child.once("exit", async () => {
      if (stopping) return;
      victim.deaths++;
      await delay(restartMs());
      if (!stopping) run();
    });
  };
  run();
  return victim;
};

export interface Cluster extends Victim {
  connection: Embedded["connection"];
}

/** PostgreSQL with durability on, run again whenever it ends. */
export const keepCluster = async (dataDir: string): Promise<Cluster> => {
  let stopping = false;
  let embedded = await startEmbedded({ dataDir, progress: () => {}, settings: { max_connections: "100" } });
  const victim: Cluster = {
    name: "postgres",
    connection: embedded.connection,
    deaths: 0,
    kill: () => void process.kill(embedded.pid, "SIGKILL"),
    stop: async () => {
      stopping = true;
      await embedded.stop();
    },
  };
  const keep = async () => {
    while (!stopping) {
      await embedded.ended;
      if (stopping) return;
      victim.deaths++;
      await delay(restartMs());
      embedded = await startEmbedded({ dataDir, progress: () => {}, settings: { max_connections: "100" } });
    }
  };
  void keep();
  return victim;
};
