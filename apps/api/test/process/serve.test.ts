import { once } from "node:events";
import { readFile, stat, writeFile } from "node:fs/promises";
import { connect as connectTo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { authpi, freePort, isAlive, type Program, tempDir, untilGone } from "./support.ts";

const ready = /^AuthPI is ready at (.+)$/m;
const exports = /^export AUTHPI_KEY_ID=(key_[0-9a-f]{32})\nexport AUTHPI_KEY_SECRET=(\S+)$/m;

interface Installation {
  env: Record<string, string>;
  dataDir: string;
  port: number;
}

async function installation(): Promise<Installation> {
  const [dataDir, port] = await Promise.all([tempDir(), freePort()]);
  return { dataDir, port, env: { AUTHPI_DATA_DIR: dataDir, AUTHPI_PORT: String(port), AUTHPI_LOG_LEVEL: "warn" } };
}

const postgresOf = async (dataDir: string): Promise<number> =>
  Number((await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n")[0]);

async function me(port: number, key: RegExpExecArray): Promise<number> {
  const authorization = `Basic ${Buffer.from(`${key[1]}:${key[2]}`).toString("base64")}`;
  const response = await fetch(`http://127.0.0.1:${port}/v1/me`, { headers: { authorization } });
  await response.arrayBuffer();
  return response.status;
}

async function stopped(program: Program, signal: NodeJS.Signals = "SIGTERM") {
  program.child.kill(signal);
  return program.ended;
}

describe("serve", () => {
  test("prints its progress, where it is ready, and on the first start alone the key", async () => {
    const { env, dataDir, port } = await installation();
    const first = authpi(["serve"], env);
    const key = await first.prints(exports);
    expect(await me(port, key)).toBe(200);
    const postgres = await postgresOf(dataDir);
    expect(await stopped(first)).toEqual({ code: 0, signal: null });
    expect(isAlive(postgres)).toBe(false);
    expect(first.stderr()).toBe("");
    const lines = first.stdout().trimEnd().split("\n");
    expect(lines.map((line) => line.replace(key[1] ?? "", "ID").replace(key[2] ?? "", "SECRET"))).toEqual([
      `The master key is ${dataDir}/secret.key: whoever loses it loses every secret. Keep a copy, apart from the data's.`,
      `Starting PostgreSQL 18 in ${dataDir} …`,
      expect.stringMatching(/^Applying \d+ migrations …$/),
      `AuthPI is ready at http://localhost:${port}`,
      `Mail is kept, not sent: http://localhost:${port}/dev/mail shows it to a key of the account`,
      "AUTHPI_URL is this machine's own: webhooks may go to http: and to loopback, as in development.",
      "export AUTHPI_KEY_ID=ID",
      "export AUTHPI_KEY_SECRET=SECRET",
      expect.stringMatching(
        /^These two lines are not shown again; .* pnpm authpi keys create --account acc_[0-9a-z]{25} --scopes '\*:\*\*'$/,
      ),
    ]);
    expect((await stat(join(dataDir, "secret.key"))).mode & 0o777).toBe(0o600);

    const second = authpi(["serve"], env);
    await second.prints(ready);
    expect(await me(port, key)).toBe(200);
    expect(await stopped(second, "SIGINT")).toEqual({ code: 0, signal: null });
    expect(second.stdout()).toMatch(
      / …\nAuthPI is ready at \S+\nMail is kept, not sent: \S+\/dev\/mail shows it to a key of the account\nAUTHPI_URL is .*\n$/,
    );
    expect(second.stdout()).not.toContain("export");
  });

  test("that is killed takes its PostgreSQL along, keeps what it had answered, and starts again", async () => {
    const { env, dataDir, port } = await installation();
    const first = authpi(["serve"], env);
    const key = await first.prints(exports);
    const postgres = await postgresOf(dataDir);
    first.child.kill("SIGKILL");
    await untilGone(postgres);
    const second = authpi(["serve"], env);
    await second.prints(ready);
    expect(await me(port, key)).toBe(200);
  });

  test("whose PostgreSQL dies ends with a line", async () => {
    const { env, dataDir } = await installation();
    const program = authpi(["serve"], env);
    await program.prints(ready);
    process.kill(await postgresOf(dataDir), "SIGKILL");
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stderr().trimEnd().split("\n").at(-1)).toMatch(/^PostgreSQL ended, and so does AuthPI\./);
  });

  test("lets a request that has begun end before it does", async () => {
    const { env, port } = await installation();
    const program = authpi(["serve"], env);
    const half = await halfACreate(program, port);
    program.child.kill("SIGTERM");
    await untilItRefuses(port);
    const answer = once(half.socket, "data");
    half.socket.write(half.rest);
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 201 /);
    expect(await program.ended).toEqual({ code: 0, signal: null });
  });

  test("ends at once at the second signal, and leaves nothing", async () => {
    const { env, dataDir, port } = await installation();
    const program = authpi(["serve"], env);
    await halfACreate(program, port);
    const postgres = await postgresOf(dataDir);
    program.child.kill("SIGTERM");
    await untilItRefuses(port);
    program.child.kill("SIGTERM");
    expect(await program.ended).toEqual({ code: 143, signal: null });
    await untilGone(postgres);
  });
});

/** Sends a request but for the end of its body, and waits until the server has begun with it. */
async function halfACreate(program: Program, port: number) {
  const [, id, secret] = await program.prints(exports);
  const [account] = await program.prints(/acc_[0-9a-z]{25}/);
  const body = JSON.stringify({ name: "In flight" });
  const socket = connectTo(port, "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.on("error", () => {});
  const head = [
    `POST /v1/accounts/${account}/issuers HTTP/1.1`,
    "Host: localhost",
    `Authorization: Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    // The server's word that it has read the head.
    "Expect: 100-continue",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n`);
  expect(String((await once(socket, "data"))[0])).toMatch(/^HTTP\/1\.1 100 /);
  socket.write(body.slice(0, 5));
  return { socket, rest: body.slice(5) };
}

const untilItRefuses = (port: number) =>
  vi.waitFor(() => expect(fetch(`http://127.0.0.1:${port}/healthz`)).rejects.toThrow(), { timeout: 10_000 });

describe("a start that cannot be", () => {
  /** One line on standard error, no stack, exit code 1. */
  async function refusal(env: Record<string, string>): Promise<string> {
    const program = authpi(["serve"], env);
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stdout()).not.toMatch(ready);
    expect(program.stderr()).toMatch(/^[^\n]+\n$/);
    return program.stderr().trim();
  }

  test("names a taken port before it touches the data", async () => {
    const { env, dataDir, port } = await installation();
    const server = createServer().listen(port, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    expect(await refusal(env)).toBe(
      `Port ${port} of 127.0.0.1 is taken. Stop the program that listens there, or set AUTHPI_PORT to another port.`,
    );
    await expect(stat(join(dataDir, "secret.key"))).rejects.toThrow("ENOENT");
  });

  test("names a data folder in use", async () => {
    const { env, dataDir } = await installation();
    const first = authpi(["serve"], env);
    await first.prints(ready);
    expect(await refusal({ ...env, AUTHPI_PORT: String(await freePort()) })).toBe(
      `The data folder ${dataDir} is in use by another AuthPI. Stop that one, or name another folder in AUTHPI_DATA_DIR.`,
    );
  });

  test("names a database that is not reachable, and not its password", async () => {
    const { env } = await installation();
    const port = await freePort();
    const said = await refusal({
      ...env,
      DATABASE_URL: `postgres://owner:hunter2@127.0.0.1:${port}/authpi`,
      AUTHPI_SECRET_KEY: "ab".repeat(32),
    });
    expect(said).toBe(
      `The database at 127.0.0.1:${port} is not reachable: nothing listens there. Start PostgreSQL, or correct DATABASE_URL.`,
    );
  });

  test("names a data folder that cannot be made", async () => {
    const { env, dataDir } = await installation();
    const file = join(dataDir, "file");
    await writeFile(file, "");
    expect(await refusal({ ...env, AUTHPI_DATA_DIR: join(file, "data") })).toBe(
      `The data folder ${file}/data cannot be made (ENOTDIR). Name a folder that this user may write in AUTHPI_DATA_DIR.`,
    );
  });

  test.each(["serve", "worker"])("%s names the mail server that a server for others lacks", async (command) => {
    const program = authpi([command], { AUTHPI_URL: "https://auth.example.com" });
    expect(await program.ended).toEqual({ code: 1, signal: null });
    expect(program.stderr()).toBe("A server whose AUTHPI_URL isn't loopback must have AUTHPI_SMTP_URL.\n");
  });

  test("names a setting that is wrong", async () => {
    expect(await refusal({ AUTHPI_PROT: "1" })).toBe(
      "AUTHPI_PROT is not a setting of AuthPI. The nearest is AUTHPI_PORT.",
    );
  });
});
