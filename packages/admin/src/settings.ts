import { basic, bearer, Credentials } from "./credentials.ts";
import { ConfigurationError } from "./errors.ts";
import { headersOf } from "./headers.ts";
import { segment } from "./ids.ts";
import type { AuthPIAdminOptions } from "./options.ts";
import type { Retries } from "./retry.ts";
import { fetchTransport, type Transport } from "./transport.ts";

/** The client's options, checked and complete. */
export interface Settings {
  baseUrl: string;
  accountId: string | undefined;
  credentials: Credentials;
  headers: Readonly<Record<string, string>>;
  timeoutMs: number;
  retries: Retries;
  transport: Transport;
}

/** Throws a ConfigurationError that names the option. */
export const settingsOf = (options: AuthPIAdminOptions, platform: Transport): Settings => ({
  baseUrl: baseUrlOf(options.baseUrl),
  accountId: options.accountId === undefined ? undefined : segment(options.accountId, "accountId"),
  credentials: credentialsOf(options),
  headers: headersOf(options.headers),
  timeoutMs: timeoutMsOf(options.timeoutMs ?? 30_000),
  retries: retriesOf(options.retries ?? {}),
  transport: options.fetch ? fetchTransport(options.fetch) : platform,
});

/** Timers hold 31 bits. */
export const timeoutMsOf = (timeoutMs: number): number => numberOf(timeoutMs, "timeoutMs", 1, 2_147_483_647);

const credentialsOf = (options: AuthPIAdminOptions): Credentials => {
  const { apiKey, accessToken, onTokenExpired } = options;
  if (apiKey !== undefined && (accessToken !== undefined || onTokenExpired !== undefined)) {
    throw new ConfigurationError("give apiKey or accessToken, not both");
  }
  if (apiKey !== undefined) return new Credentials(basic(apiKey));
  if (accessToken === undefined) throw new ConfigurationError("give apiKey: { id, secret } or accessToken");
  return new Credentials(bearer(accessToken), onTokenExpired);
};

/** Without a slash at its end. What is wrong with it is said without repeating it: it may hold a password. */
const baseUrlOf = (given: string | undefined): string => {
  const text = given ?? (environment("AUTHPI_BASE_URL") || "http://localhost:4000");
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new ConfigurationError("baseUrl must be an address such as http://localhost:4000");
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new ConfigurationError("baseUrl must not hold a user, a password, a query or a fragment");
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
};

/** Not every platform has a `process`. */
const environment = (name: string): string | undefined =>
  typeof process === "undefined" ? undefined : process.env[name];

const retriesOf = (given: Partial<Retries> | false): Retries => {
  if (given === false) return { limit: 0, delayMs: 0, backoff: 1 };
  return {
    limit: numberOf(given.limit ?? 3, "retries.limit", 0, 100),
    delayMs: numberOf(given.delayMs ?? 250, "retries.delayMs", 0, 60_000),
    backoff: numberOf(given.backoff ?? 2, "retries.backoff", 1, 10),
  };
};

const numberOf = (value: number, name: string, minimum: number, maximum: number): number => {
  if (typeof value === "number" && value >= minimum && value <= maximum) return value;
  throw new ConfigurationError(`${name} must be a number from ${minimum} to ${maximum}`);
};
