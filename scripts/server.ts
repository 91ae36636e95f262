import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../apps/api/test/harness/free-port.ts";

export interface Server {
  url: string;
  port: number;
  pid: number;
  /** From the start of the process to its line that says that it is ready. */
  readyMs: number;
  /** What the first group of the pattern finds in a line of its output, already there or to come. */
  printed(pattern: RegExp): Promise<string>;
  /** Everything that it has printed so far. */
  output(): readonly string[];
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "..");
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: { start: string } };
/** Node with the options of `pnpm start`. */
const node = [
  join(root, "node_modules/.bin/node"),
  ...(/^exec node (.+) \S+ serve$/.exec(scripts.start)?.[1] ?? "").split(" "),
];

/** The server as users run it, on a data folder. */
export async function startServer(dataDir: string, settings: NodeJS.ProcessEnv = {}): Promise<Server> {
  const port = await freePort();
  const ours = { AUTHPI_PORT: String(port), AUTHPI_DATA_DIR: dataDir, AUTHPI_LOG_LEVEL: "info" };
  const env = { ...process.env, ...ours, ...settings };
  return start([join(root, "apps/api/src/main.ts"), "serve"], port, env);
}

/** An operator's command on the data folder, as `pnpm authpi` runs it. */
export function operate(dataDir: string, args: string[]) {
  const [command = "", ...options] = node;
  const env = { ...process.env, AUTHPI_DATA_DIR: dataDir };
  return { command, options: [...options, join(root, "apps/api/src/main.ts"), ...args], env };
}

/** A Fastify application with one route that answers with a constant: the yardstick. */
export async function startBare(): Promise<Server> {
  const port = await freePort();
  return start([join(root, "apps/api/test/verification/bare-server.ts"), String(port)], port, process.env);
}

/** A server with the transaction that somebody would write by hand, on the same database. */
export async function startHandWritten(dataDir: string, accountId: string, issuerId: string): Promise<Server> {
  const port = await freePort();
  const program = join(root, "apps/api/test/bench/hand-written-server.ts");
  return start([program, String(port), dataDir, accountId, issuerId], port, process.env);
}

/** oidc-provider by itself, in memory, with one client. */
export async function startBareProvider(clientId: string, secret: string): Promise<Server> {
  const port = await freePort();
  const program = join(root, "apps/api/test/bench/bare-provider-server.ts");
  return start([program, String(port), clientId, secret], port, process.env);
}

async function start(args: string[], port: number, env: NodeJS.ProcessEnv): Promise<Server> {
  const startedAt = performance.now();
  const [command = "", ...options] = node;
  const child = spawn(command, [...options, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const printed = reader(child, lines);
  await printed(/( is ready at )/);
  const readyMs = performance.now() - startedAt;
  const url = `http://127.0.0.1:${port}`;
  return { url, port, pid: child.pid ?? 0, readyMs, printed, output: () => lines, stop: () => stop(child) };
}

function reader(child: ChildProcess, lines: string[]): Server["printed"] {
  const news = new EventEmitter();
  if (child.stdout) createInterface({ input: child.stdout }).on("line", (line) => news.emit("line", lines.push(line)));
  const ended = once(child, "exit").then((): never => {
    throw new Error(`the server ended:\n${lines.join("\n")}`);
  });
  ended.catch(() => {});
  return async (pattern) => {
    for (;;) {
      const found = lines.map((line) => pattern.exec(line)?.[1]).find((text) => text !== undefined);
      if (found !== undefined) return found;
      await Promise.race([once(news, "line"), ended]);
    }
  };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
