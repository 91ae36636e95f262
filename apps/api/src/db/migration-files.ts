import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Migration {
  /** The file's name without its ending: `0001_tenancy`. */
  name: string;
  /** In hexadecimal, of the text with Unix line ends: a checkout may change those. */
  checksum: string;
  /** What is run in one message each. More than one where the file is not to be one transaction. */
  statements: readonly string[];
  transaction: boolean;
}

export const migrationsDir = fileURLToPath(new URL("../../migrations", import.meta.url));

const fileName = /^\d{4}_[a-z0-9_]+\.sql$/;
const noTransaction = "-- transaction: none";

/** The migrations of a folder, in order. */
export async function readMigrations(dir: string): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".sql")).sort();
  for (const [index, name] of names.entries()) {
    if (!fileName.test(name)) throw new Error(`${name} is not named NNNN_what_it_does.sql.`);
    const previous = names[index - 1];
    if (previous?.slice(0, 4) === name.slice(0, 4)) throw new Error(`${previous} and ${name} have the same number.`);
  }
  return Promise.all(names.map((name) => readMigration(join(dir, name), name.slice(0, -".sql".length))));
}

async function readMigration(path: string, name: string): Promise<Migration> {
  const text = (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
  const checksum = createHash("sha256").update(text).digest("hex");
  const transaction = text.split("\n", 1)[0]?.trim() !== noTransaction;
  return { name, checksum, transaction, statements: transaction ? [text] : split(text) };
}

// PostgreSQL makes one transaction of a message with several statements. A file without one holds indexes and validations,
// so a semicolon at the end of a line ends a statement.
function split(text: string): string[] {
  return text.split(/;[ \t]*(?:\n|$)/).filter((statement) => statement.replaceAll(/^\s*--.*$/gm, "").trim() !== "");
}
