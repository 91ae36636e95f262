import { resolve } from "node:path";
import { distance } from "fastest-levenshtein";
import { isLoopback } from "./config-rules.ts";
import { clientSettings, settings } from "./config-settings.ts";
import { OperatorError } from "./domain/operator-error.ts";
import type { RateLimits } from "./domain/rate-limits.ts";
import type { Redacted } from "./domain/redacted.ts";

export type { ConfigEntry } from "./config-settings.ts";
export { configEntries } from "./config-settings.ts";

export interface Config {
  port: number;
  host: string;
  /** The Core API's origin, without a trailing slash. */
  url: string;
  idpUrl: string;
  /** Absolute. */
  dataDir: string;
  /** `undefined`: the embedded PostgreSQL. */
  databaseUrl: Redacted<string> | undefined;
  /** Names the server itself where `databaseUrl` goes through a pooler; otherwise the same. */
  databaseDirectUrl: Redacted<string> | undefined;
  databasePoolMax: number;
  eventsRetentionDays: number;
  meteredEventsRetentionDays: number;
  /** `undefined` with the embedded PostgreSQL: the key is the one kept beside its data. */
  secretKey: Redacted<Buffer> | undefined;
  logLevel: LogLevel;
  jobs: "on" | "off";
  /** `undefined`: mail is captured, for `/dev/mail` to show. */
  smtpUrl: Redacted<string> | undefined;
  mailFrom: string;
  rateLimits: RateLimits;
  /** `undefined`: no metrics. */
  metricsPort: number | undefined;
  trustedProxies: readonly string[];
  /** What outgoing requests reach though it is not public: addresses, CIDR ranges, host names. */
  outgoingAllow: readonly string[];
  /** None: the system's. */
  dnsServers: readonly string[];
  securityContact: string;
}

export type LogLevel = NonNullable<ReturnType<typeof settings.logLevel.rule>>;

/** Every setting that is wrong, one line each. */
export class ConfigError extends OperatorError {
  override name = "ConfigError";
}

/**
 * Reads the configuration: the only place that sees the environment.
 *
 * @throws {ConfigError} naming every variable that is unknown or breaks its rule.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const problems = unknownNames(env);
  const from = new Reader(env, problems);

  const port = from.withDefault(settings.port);
  const url = from.optional(settings.url) ?? `http://localhost:${port}`;
  const databaseUrl = from.optional(settings.databaseUrl);
  const config: Config = {
    port,
    host: from.withDefault(settings.host),
    url,
    idpUrl: from.optional(settings.idpUrl) ?? url,
    dataDir: resolve(env.INIT_CWD ?? process.cwd(), from.withDefault(settings.dataDir)),
    databaseUrl,
    databaseDirectUrl: from.optional(settings.databaseDirectUrl) ?? databaseUrl,
    databasePoolMax: from.withDefault(settings.databasePoolMax),
    eventsRetentionDays: from.withDefault(settings.eventsRetentionDays),
    meteredEventsRetentionDays: from.withDefault(settings.meteredEventsRetentionDays),
    secretKey: from.optional(settings.secretKey),
    logLevel: from.withDefault(settings.logLevel),
    jobs: from.withDefault(settings.jobs),
    smtpUrl: from.optional(settings.smtpUrl),
    mailFrom: from.optional(settings.mailFrom) ?? `AuthPI <no-reply@${new URL(url).hostname}>`,
    rateLimits: from.withDefault(settings.rateLimits),
    metricsPort: from.optional(settings.metricsPort),
    trustedProxies: from.withDefault(settings.trustedProxies),
    outgoingAllow: from.withDefault(settings.outgoingAllow),
    dnsServers: from.withDefault(settings.dnsServers),
    securityContact: from.withDefault(settings.securityContact),
  };

  problems.push(...contradictions(env), ...unsentMail(env, url));
  if (config.metricsPort === port) {
    problems.push(`${settings.metricsPort.name} must be another port than ${settings.port.name}; both are ${port}.`);
  }
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return config;
}

/** How far outgoing requests reach: in development, where clients reach us at loopback, we reach loopback too. */
export const reachOf = ({ url, outgoingAllow }: Pick<Config, "url" | "outgoingAllow">) => {
  const { hostname } = new URL(url);
  return { allow: outgoingAllow, development: /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname) };
};

class Reader {
  readonly #env: NodeJS.ProcessEnv;
  readonly #problems: string[];

  constructor(env: NodeJS.ProcessEnv, problems: string[]) {
    this.#env = env;
    this.#problems = problems;
  }

  withDefault<T>(setting: { name: string; must: string; rule: (text: string) => T | undefined; default: T }): T {
    return this.optional(setting) ?? setting.default;
  }

  optional<T>(setting: {
    name: string;
    must: string;
    secret?: true;
    rule: (text: string) => T | undefined;
  }): T | undefined {
    const text = this.#env[setting.name];
    if (text === undefined) return undefined;
    const value = text === "" ? undefined : setting.rule(text);
    if (value === undefined)
      this.#problems.push(`${setting.name} must be ${setting.must}${found(text, setting.secret)}.`);
    return value;
  }
}

function found(text: string, secret = false): string {
  if (text === "") return "; it is empty (unset it for the default)";
  return secret ? "" : `; it is ${JSON.stringify(text)}`;
}

function unknownNames(env: NodeJS.ProcessEnv): string[] {
  const ours = Object.values(settings).map((setting) => setting.name);
  const known = new Set<string>([...ours, ...clientSettings.map((setting) => setting.name)]);
  return Object.keys(env)
    .filter((name) => name.startsWith("AUTHPI_") && !known.has(name))
    .sort()
    .map((name) => `${name} is not a setting of AuthPI. The nearest is ${nearest(name, ours)}.`);
}

function nearest(name: string, candidates: string[]): string {
  return candidates.reduce((best, next) => (distance(name, next) < distance(name, best) ? next : best));
}

/** Mail that is captured can be read by whoever holds a key: nothing for a server that others reach. */
function unsentMail(env: NodeJS.ProcessEnv, url: string): string[] {
  const { url: urlSetting, smtpUrl } = settings;
  if (isLoopback(url) || env[smtpUrl.name] !== undefined) return [];
  return [`A server whose ${urlSetting.name} isn't loopback must have ${smtpUrl.name}.`];
}

function contradictions(env: NodeJS.ProcessEnv): string[] {
  const { databaseUrl, databaseDirectUrl, secretKey } = settings;
  const has = (setting: { name: string }) => env[setting.name] !== undefined;
  if (has(databaseUrl) && !has(secretKey)) {
    return [`${secretKey.name} is required with ${databaseUrl.name}. Make one with: openssl rand -base64 32`];
  }
  if (has(databaseDirectUrl) && !has(databaseUrl)) {
    return [`${databaseDirectUrl.name} is set without ${databaseUrl.name}. Set both, or neither.`];
  }
  return [];
}
