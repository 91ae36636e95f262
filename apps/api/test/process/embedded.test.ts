import { lstat, readlink, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { withClient } from "../../src/db/connect.ts";
import { attachEmbedded, type Embedded, startEmbedded } from "../../src/db/embedded.ts";
import { fast, freePort, isAlive, tempDir, untilGone } from "./support.ts";

const inUse =
  /^The data folder .* is in use by another AuthPI\. Stop that one, or name another folder in AUTHPI_DATA_DIR\.$/;

async function start(
  dataDir: string,
  lines: string[] = [],
  settings: Record<string, string> = fast,
): Promise<Embedded> {
  const embedded = await startEmbedded({ dataDir, settings, progress: (line) => lines.push(line) });
  onTestFinished(() => embedded.stop());
  return embedded;
}

const count = ({ connection }: Pick<Embedded, "connection">): Promise<number> =>
  withClient(connection, async (client) => (await client.query("select from kept")).rowCount ?? 0);

describe("the embedded PostgreSQL", () => {
  test("is made by the first start and opened with its data by the second", async () => {
    const dataDir = await tempDir();
    const lines: string[] = [];
    const first = await start(dataDir, lines);
    expect(lines).toEqual([expect.stringMatching(/^Starting PostgreSQL 18 in .* …$/)]);
    await withClient(first.connection, (client) => client.query("create table kept as select 1"));
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await start(dataDir);
    expect(await count(second)).toBe(1);
  });

  test("is reached by its socket alone, in a folder that nobody else may enter, as an ordinary role", async () => {
    const { connection } = await start(await tempDir());
    expect((await stat(connection.host)).mode & 0o777).toBe(0o700);
    const { rows } = await withClient(connection, (client) =>
      client.query(`select current_setting('listen_addresses') as listens, rolsuper, rolbypassrls, rolcreaterole, datcollate,
        pg_encoding_to_char(encoding) as encoding from pg_roles, pg_database where rolname = current_user and datname = current_database()`),
    );
    expect(rows).toEqual([
      { listens: "", rolsuper: false, rolbypassrls: false, rolcreaterole: true, datcollate: "C", encoding: "UTF8" },
    ]);
  });

  test("refuses a data folder that is in use, and leaves the one that uses it alone", async () => {
    const dataDir = await tempDir();
    const first = await start(dataDir);
    await expect(start(dataDir)).rejects.toThrow(inUse);
    await withClient(first.connection, (client) => client.query("select 1"));
  });

  test("starts again after it was killed, with everything that was committed", async () => {
    const dataDir = await tempDir();
    const first = await start(dataDir, [], {});
    await withClient(first.connection, (client) => client.query("create table kept as select 1"));
    process.kill(first.pid, "SIGKILL");
    await first.ended;
    expect(await attachEmbedded(dataDir)).toBeUndefined();
    expect(await count(await start(dataDir))).toBe(1);
  });

  test("keeps its socket elsewhere where the data folder's path is too long for one", async () => {
    const dataDir = join(await tempDir(), "x".repeat(100));
    const first = await start(dataDir);
    const socketDir = await readlink(join(dataDir, "socket"));
    onTestFinished(() => rm(socketDir, { recursive: true, force: true }));
    expect(first.connection.host).toBe(socketDir);
    expect((await lstat(socketDir)).mode & 0o777).toBe(0o700);
    await first.stop();
    expect((await start(dataDir)).connection.host).toBe(socketDir);
  });

  test("is found by a command beside the server, and by none after it", async () => {
    const dataDir = await tempDir();
    expect(await attachEmbedded(dataDir)).toBeUndefined();
    const embedded = await start(dataDir);
    expect(await attachEmbedded(dataDir)).toEqual(embedded.connection);
    await embedded.stop();
    await untilGone(embedded.pid);
    expect(await attachEmbedded(dataDir)).toBeUndefined();
  });

  test("says in one line why it does not start", async () => {
    const settings = { ...fast, shared_buffers: "nonsense" };
    const refused = startEmbedded({ dataDir: await tempDir(), settings, progress: () => {} });
    await expect(refused).rejects.toThrow(/^PostgreSQL did not start in .*shared_buffers.*postgres\.log\.$/);
  });
});

test("a database that does not answer is named in one line that says what to do", async () => {
  const port = await freePort();
  const refused = withClient({ host: "127.0.0.1", port }, (client) => client.query("select 1"));
  await expect(refused).rejects.toThrow(
    `The database at 127.0.0.1:${port} is not reachable: nothing listens there. Start PostgreSQL, or correct DATABASE_URL.`,
  );
});
