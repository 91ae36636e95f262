import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSchema, describeTypes } from "@authpi/api/db/catalog";
import { type EmbeddedConnection, startEmbedded } from "@authpi/api/db/embedded";
import { migrate } from "@authpi/api/db/migrate";
import { sealed } from "@authpi/codegen";

/** What follows from the migrations: the schema on one page, and the types of its rows. */
export const databaseTexts = (): Promise<Map<string, string>> =>
  withDatabase(async (connection) => {
    await migrate(connection, { progress: silent });
    const texts = [
      ["apps/api/schema.sql", await describeSchema(connection)],
      ["apps/api/src/db/tables.generated.ts", await describeTypes(connection)],
    ] as const;
    return new Map(texts.map(([path, text]) => [path, sealed(path, text)]));
  });

const withDatabase = async <T>(work: (connection: EmbeddedConnection) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), "authpi-gen-"));
  try {
    // Nothing here outlives this program.
    const settings = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" };
    const embedded = await startEmbedded({ dataDir, progress: silent, settings });
    return await work(embedded.connection).finally(() => embedded.stop());
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
};

const silent = (): void => {};
