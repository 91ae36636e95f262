import pg from "pg";
import { OperatorError } from "../domain/operator-error.ts";

const connectTimeoutMs = 5000;

/** Runs `work` on a connection of its own, outside of the pool: for what belongs to the process and not to a tenant. */
export async function withClient<T>(connection: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(connection);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** @throws {OperatorError} saying what to do where the database does not let us in. */
export async function connect(connection: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ connectionTimeoutMillis: connectTimeoutMs, ...connection });
  // A connection that breaks while idle rejects the next query, which tells the one who cares.
  client.on("error", () => {});
  try {
    await client.connect();
    return client;
  } catch (cause) {
    const reason = cause instanceof Error ? describe(cause) : String(cause);
    throw new OperatorError(`The database at ${place(client)} is not reachable: ${reason}`, { cause });
  }
}

/** The five characters of an error of PostgreSQL, or the system's code where there was no connection. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** Whether a write failed because another row has the value that must be unique. */
export const isUniqueViolation = (error: unknown): boolean => errorCode(error) === "23505";

const hints: Record<string, string> = {
  ECONNREFUSED: "nothing listens there. Start PostgreSQL, or correct DATABASE_URL.",
  ENOENT: "there is no such socket. Start PostgreSQL, or correct DATABASE_URL.",
  ENOTFOUND: "the host name is unknown. Correct DATABASE_URL.",
  EAI_AGAIN: "the host name could not be looked up. Check the network, or correct DATABASE_URL.",
  EACCES: "its socket belongs to another user. Run this as the user that runs the server.",
  "28P01": "the password is wrong. Correct DATABASE_URL.",
  "28000": "it refuses this user. Correct DATABASE_URL, or allow the user in pg_hba.conf.",
  "3D000": "there is no such database. Create it, or correct DATABASE_URL.",
  "53300": "it has no connection left. Raise its max_connections, or lower AUTHPI_DATABASE_POOL_MAX.",
  "57P03": "it is starting up or shutting down. Try again in a moment.",
};

function describe(error: Error): string {
  const code = errorCode(error);
  // Node collects the failures of a name's several addresses.
  const first = error instanceof AggregateError ? error.errors[0] : undefined;
  if (code !== undefined && hints[code] !== undefined) return hints[code];
  const message = error.message || (first instanceof Error ? first.message : "no reason given");
  return `${message.trim().replaceAll("\n", " ")}. Check DATABASE_URL.`;
}

function place(client: pg.Client): string {
  return client.host.startsWith("/") ? client.host : `${client.host}:${client.port}`;
}
