import { randomBytes } from "node:crypto";
import { link, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../config.ts";
import { secretKey } from "../config-rules.ts";
import { clusterDir, ensureDataDir } from "../db/embedded-cluster.ts";
import { OperatorError } from "../domain/operator-error.ts";
import type { Redacted } from "../domain/redacted.ts";
import type { Progress } from "./cluster.ts";

/**
 * The master key: the configured one, or with the embedded PostgreSQL the one that the first start makes beside its data.
 *
 * @throws {OperatorError} where it cannot be the key that the data was made with: nothing could be verified or decrypted.
 */
export async function loadMasterKey(config: Config, progress: Progress): Promise<Redacted<Buffer>> {
  if (config.databaseUrl && config.secretKey) return config.secretKey;
  await ensureDataDir(config.dataDir);
  const path = join(config.dataDir, "secret.key");
  const kept = await readKey(path);
  if (config.secretKey) {
    if (!kept || kept.reveal().equals(config.secretKey.reveal())) return config.secretKey;
    throw new OperatorError(
      `AUTHPI_SECRET_KEY is not the key in ${path}, with which this data was made. Unset it, or give that key.`,
    );
  }
  const key = kept ?? (await makeKey(config.dataDir, path));
  progress(`The master key is ${path}: whoever loses it loses every secret. Keep a copy, apart from the data's.`);
  return key;
}

async function readKey(path: string): Promise<Redacted<Buffer> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw new OperatorError(
      `The master key ${path} cannot be read (${error.code}). Give it to the user that runs AuthPI.`,
    );
  });
  if (text === undefined) return undefined;
  const key = secretKey(text.trim());
  if (!key)
    throw new OperatorError(`${path} does not hold a master key (32 bytes as base64). Restore it from its copy.`);
  return key;
}

async function makeKey(dataDir: string, path: string): Promise<Redacted<Buffer>> {
  if (await stat(clusterDir(dataDir)).catch(() => undefined)) {
    throw new OperatorError(
      `${path} is missing, and the data in ${dataDir} was made with a key. Restore that file, or set AUTHPI_SECRET_KEY to the key.`,
    );
  }
  // Written elsewhere and then linked: of two processes that start at once one wins, and neither reads half a key.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, `${randomBytes(32).toString("base64")}\n`, { mode: 0o600, flag: "wx", flush: true });
  await link(draft, path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  const made = await readKey(path);
  if (!made) throw new OperatorError(`${path} was removed while AuthPI started. Start it again.`);
  return made;
}
