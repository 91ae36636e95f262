import type pg from "pg";
import { serverRoles } from "../roles.ts";
import { routinesQuery, strangersQuery, tablesQuery } from "./queries.ts";

export interface Column {
  name: string;
  type: string;
  collation: string | null;
  default: string | null;
  generated: "" | "s" | "v";
  identity: "" | "a" | "d";
  notNull: boolean;
  comment: string | null;
}

export interface Table {
  name: string;
  kind: "r" | "p" | "v";
  /** `for values …`, of a partition. */
  bound: string | null;
  parent: string | null;
  partitionKey: string | null;
  options: string[] | null;
  comment: string | null;
  rowSecurity: boolean;
  forced: boolean;
  definition: string | null;
  columns: Column[];
  constraints: { name: string; definition: string; kind: string; columns: string[] }[];
  indexes: { definition: string }[];
  triggers: { definition: string }[];
  policies: Policy[];
  grants: Grant[];
}

export interface Policy {
  name: string;
  command: string;
  permissive: boolean;
  roles: string[];
  using: string | null;
  check: string | null;
}

export interface Grant {
  grantee: string;
  privilege: string;
  columns: string[] | null;
}

export interface Routine {
  definition: string;
  signature: string;
  comment: string | null;
  /** `null`: everybody may call it, which is PostgreSQL's default. */
  callers: string[] | null;
}

export interface Catalog {
  extensions: string[];
  tables: Table[];
  routines: Routine[];
}

/**
 * Reads schema public. Partitions that hold rows are left out, but for the default ones: they come and go with time.
 *
 * @throws where something is there that the description does not know, so that nothing is left out without a word.
 */
export async function readCatalog(client: pg.Client): Promise<Catalog> {
  const { rows: strangers } = await client.query<{ name: string }>(strangersQuery);
  if (strangers.length > 0) {
    throw new Error(`The catalog's description does not know ${strangers.map(({ name }) => name).join(", ")}.`);
  }
  const extensions = await client.query<{ name: string }>(
    `select extname as name from pg_extension where extname <> 'plpgsql' order by extname collate "C"`,
  );
  const tables = await client.query<Table>(tablesQuery, [serverRoles]);
  const routines = await client.query<Routine>(routinesQuery, [serverRoles]);
  return { extensions: extensions.rows.map(({ name }) => name), tables: tables.rows, routines: routines.rows };
}
