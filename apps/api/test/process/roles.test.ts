import type pg from "pg";
import { beforeAll, describe, expect, inject, onTestFinished, test } from "vitest";
import { withClient } from "../../src/db/connect.ts";
import { startEmbedded } from "../../src/db/embedded.ts";
import { migrate } from "../../src/db/migrate.ts";
import { fast, tempDir, unique } from "./support.ts";

const superuser = (connection: pg.ClientConfig) => ({ ...connection, user: "postgres", database: "postgres" });

/** A database that belongs to a role with these attributes. */
async function ownedBy(connection: pg.ClientConfig, attributes: string): Promise<pg.ClientConfig> {
  const name = unique("owner");
  await withClient(superuser(connection), async (client) => {
    await client.query(`create role ${name} login ${attributes}`);
    await client.query(`create database ${name} owner ${name}`);
  });
  return { ...connection, user: name, database: name };
}

const run = (connection: pg.ClientConfig, dir: string) => migrate(connection, { dir, progress: () => {} });

describe("the roles of the server", () => {
  let cluster: pg.ClientConfig;
  beforeAll(() => {
    cluster = inject("cluster");
  });

  test("are weak, and the owner may take them", async () => {
    const owner = await ownedBy(cluster, "createrole");
    const dir = await tempDir();
    // The run's own owner has made them: they have to be granted by who may.
    await withClient(superuser(cluster), (client) =>
      client.query(`grant authpi_accounts, authpi_app, authpi_verify to ${owner.user}`),
    );
    await run(owner, dir);
    await withClient(owner, async (client) => {
      await client.query("begin; set local role authpi_app; commit; begin; set local role authpi_verify; commit");
      const { rows } = await client.query(
        "select rolname, rolcanlogin or rolsuper or rolbypassrls or rolcreaterole or rolcreatedb as strong from pg_roles where rolname like 'authpi\\__%' order by 1",
      );
      expect(rows).toEqual([
        { rolname: "authpi_accounts", strong: false },
        { rolname: "authpi_app", strong: false },
        { rolname: "authpi_verify", strong: false },
      ]);
    });
  });

  test("that cannot be granted fail the migration with the SQL to run", async () => {
    const owner = await ownedBy(cluster, "");
    await expect(run(owner, await tempDir())).rejects.toThrow(
      `This user may not make the roles that AuthPI needs. Run as a superuser, and start again:
  GRANT authpi_accounts TO ${owner.user} WITH INHERIT FALSE, SET TRUE;
  GRANT authpi_app TO ${owner.user} WITH INHERIT FALSE, SET TRUE;
  GRANT authpi_verify TO ${owner.user} WITH INHERIT FALSE, SET TRUE;`,
    );
  });

  test("that cannot be made fail it too, and that SQL is enough", async () => {
    const embedded = await startEmbedded({ dataDir: await tempDir(), settings: fast, progress: () => {} });
    onTestFinished(() => embedded.stop());
    const owner = await ownedBy(embedded.connection, "");
    const dir = await tempDir();
    const refusal = await run(owner, dir).then(() => "", String);
    expect(refusal).toContain("CREATE ROLE authpi_app NOLOGIN NOSUPERUSER");
    const [, ...statements] = refusal.split("\n");
    await withClient(superuser(embedded.connection), (client) => client.query(statements.join("\n")));
    expect(await run(owner, dir)).toEqual([]);
  });

  test("that row-level security would not bind are refused", async () => {
    const embedded = await startEmbedded({ dataDir: await tempDir(), settings: fast, progress: () => {} });
    onTestFinished(() => embedded.stop());
    await withClient(superuser(embedded.connection), (client) => client.query("create role authpi_app bypassrls"));
    await expect(run(embedded.connection, await tempDir())).rejects.toThrow(
      "Row-level security would not bind authpi_app. Run as a superuser:\n  ALTER ROLE authpi_app NOSUPERUSER NOBYPASSRLS;",
    );
  });
});
