import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

export interface Server {
  url: string;
  port: number;
  pid: number;
  /** From the start of the process to its line that says that it is ready. */
  readyMs: number;
  /** What it printed until then. */
  lines: string[];
  stop(): Promise<void>;
}

const root = join(import.meta.dirname, "../..");
const node = [join(root, "node_modules/.bin/node"), "-C", "source", "--disable-warning=ExperimentalWarning"];

/** The server as users run it, on a data folder. */
export async function startServer(dataDir: string): Promise<Server> {
  const port = await freePort();
  const env = { ...process.env, AUTHPI_PORT: String(port), AUTHPI_DATA_DIR: dataDir, AUTHPI_LOG_LEVEL: "info" };
  return start([join(root, "apps/api/src/main.ts"), "serve"], port, env);
}

/** A Fastify application with one route that answers with a constant: the yardstick. */
export async function startBare(): Promise<Server> {
  const port = await freePort();
  return start([join(root, "apps/api/test/verification/bare-server.ts"), String(port)], port, process.env);
}

async function start(args: string[], port: number, env: NodeJS.ProcessEnv): Promise<Server> {
  const startedAt = performance.now();
  const [command = "", ...options] = node;
  const child = spawn(command, [...options, ...args], { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  const ready = Promise.withResolvers<number>();
  const output = createInterface({ input: child.stdout });
  output.on("line", (line) => {
    lines.push(line);
    if (/ is ready at /.test(line)) ready.resolve(performance.now() - startedAt);
  });
  child.once("exit", () => ready.reject(new Error(`the server ended:\n${lines.join("\n")}`)));
  const readyMs = await ready.promise;
  return { url: `http://127.0.0.1:${port}`, port, pid: child.pid ?? 0, readyMs, lines, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port is free");
  return address.port;
}
