import type pg from "pg";
import { readCatalog } from "./catalog/read.ts";
import { schemaText } from "./catalog/schema-text.ts";
import { typesText } from "./catalog/types-text.ts";
import { withClient } from "./connect.ts";

/** The text of `schema.sql`: what the migrations have made, written from the catalog of a migrated database. */
export async function describeSchema(connection: pg.ClientConfig): Promise<string> {
  return schemaText(await withClient(connection, readCatalog));
}

/** The text of `tables.generated.ts`: a Kysely row type for each table. */
export async function describeTypes(connection: pg.ClientConfig): Promise<string> {
  return typesText(await withClient(connection, readCatalog));
}
