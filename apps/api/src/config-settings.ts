import * as rules from "./config-rules.ts";
import { changedLimits, limitNames, limitsText, rateLimits } from "./domain/rate-limits.ts";

/** One variable of the environment, as the generated configuration page shows it. */
export interface ConfigEntry {
  name: string;
  description: string;
  /** Completes "must be …"; `null` for the clients' own, which the server does not read. */
  must: string | null;
  default: string | null;
  secret: boolean;
  /** Read by clients and SDKs; the server knows the name and ignores it. */
  client: boolean;
}

interface Setting<T> {
  name: string;
  description: string;
  /** The rule in words: completes "must be …". */
  must: string;
  rule: rules.Rule<T>;
  default?: T;
  /** What holds where the variable is not set and there is no constant to show. */
  otherwise?: string;
  secret?: true;
}

export const settings = {
  port: {
    name: "AUTHPI_PORT",
    description: "The TCP port to listen on.",
    must: "a whole number from 1 to 65535",
    rule: rules.wholeNumber(1, 65_535),
    default: 4000,
  },
  host: {
    name: "AUTHPI_HOST",
    description: "The address to listen on; `0.0.0.0` or `::` for every interface.",
    must: "an IP address or a host name of this machine",
    rule: rules.hostName,
    default: "127.0.0.1",
  },
  url: {
    name: "AUTHPI_URL",
    description: "The origin at which clients reach the Core API; tokens for it carry `{url}/v1` as their audience.",
    must: "an http or https origin without a path or a trailing slash, such as https://auth.example.com",
    rule: rules.origin,
    otherwise: "`http://localhost:{port}`",
  },
  idpUrl: {
    name: "AUTHPI_IDP_URL",
    description: "The origin of the issuers: an issuer's identifier is `{idp_url}/{issuer_id}`.",
    must: "an http or https origin without a path or a trailing slash, such as https://id.example.com",
    rule: rules.origin,
    otherwise: "the value of `AUTHPI_URL`",
  },
  dataDir: {
    name: "AUTHPI_DATA_DIR",
    description:
      "The folder of the embedded PostgreSQL and of its secret key; relative to where the command was given.",
    must: "a path",
    rule: rules.anyText,
    default: "./data",
  },
  databaseUrl: {
    name: "DATABASE_URL",
    description: "A PostgreSQL (15 or newer) of your own, as the role that owns the database.",
    must: "a URL such as postgres://user:password@host:5432/database",
    rule: rules.postgresUrl,
    otherwise: "an embedded PostgreSQL 18 in the data folder",
    secret: true,
  },
  databaseDirectUrl: {
    name: "AUTHPI_DATABASE_DIRECT_URL",
    description:
      "The same database without a pooler in between, where `DATABASE_URL` goes through one: for migrations, notifications and the verification of credentials.",
    must: "a URL such as postgres://user:password@host:5432/database",
    rule: rules.postgresUrl,
    otherwise: "the value of `DATABASE_URL`",
    secret: true,
  },
  databasePoolMax: {
    name: "AUTHPI_DATABASE_POOL_MAX",
    description: "The most connections to the database that one process keeps in its pool.",
    must: "a whole number from 1 to 1000",
    rule: rules.wholeNumber(1, 1000),
    default: 10,
  },
  eventsRetentionDays: {
    name: "AUTHPI_EVENTS_RETENTION_DAYS",
    description: "How long events are kept at least, in days; a month of them goes when its last day has passed this.",
    must: "a whole number from 1 to 36500",
    rule: rules.wholeNumber(1, 36_500),
    default: 400,
  },
  meteredEventsRetentionDays: {
    name: "AUTHPI_METERED_EVENTS_RETENTION_DAYS",
    description: "The same for the events that are recorded for every request, such as `api-key.verified`.",
    must: "a whole number from 1 to 36500",
    rule: rules.wholeNumber(1, 36_500),
    default: 30,
  },
  secretKey: {
    name: "AUTHPI_SECRET_KEY",
    description: "The master key: secrets are hashed and encrypted under it. Without it nobody can sign in any more.",
    must: "32 random bytes as base64, base64url or hexadecimal (make them with: openssl rand -base64 32)",
    rule: rules.secretKey,
    otherwise: "made at the first start and kept in `secret.key` of the data folder; required with `DATABASE_URL`",
    secret: true,
  },
  logLevel: {
    name: "AUTHPI_LOG_LEVEL",
    description: "The least severe level that is logged.",
    must: "one of fatal, error, warn, info, debug, trace, silent",
    rule: rules.oneOf(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    default: "info",
  },
  jobs: {
    name: "AUTHPI_JOBS",
    description:
      "Whether the server does the background jobs itself (mail, webhooks, expiry). `off` where `authpi worker` processes do them.",
    must: "on or off",
    rule: rules.oneOf(["on", "off"]),
    default: "on",
  },
  smtpUrl: {
    name: "AUTHPI_SMTP_URL",
    description:
      "The SMTP server that takes our mail, with its credentials: `smtps:` speaks TLS from the start, `smtp:` changes over to it; a password crosses the network by TLS alone. Without the variable mail is kept and shown at `/dev/mail`.",
    must: "a URL such as smtps://user:password@smtp.example.com:465, required where AUTHPI_URL is not a loopback address",
    rule: rules.smtpUrl,
    otherwise: "none: mail is kept, and not sent",
    secret: true,
  },
  mailFrom: {
    name: "AUTHPI_MAIL_FROM",
    description: "Whom our mail is from.",
    must: "an address, or a name and an address, such as Example <no-reply@example.com>",
    rule: rules.mailbox,
    otherwise: "`AuthPI <no-reply@{host of AUTHPI_URL}>`",
  },
  rateLimits: {
    name: "AUTHPI_RATE_LIMITS",
    description:
      "Changes limits by their names; the others stay. A limit is a number in a window of seconds, minutes, hours or days (`s`, `m`, `h`, `d`), or `off` where there is none. `bad-credentials` are counted in each process, everything else in the database, by all processes together.",
    must: `limits of ${limitNames().join(", ")}, each at most once and separated by commas, such as sign-in=20/1m,mails-to-address=5/1h,mails-from-source=off`,
    rule: changedLimits,
    default: rateLimits,
    otherwise: `\`${limitsText()}\``,
  },
  metricsPort: {
    name: "AUTHPI_METRICS_PORT",
    description:
      "The TCP port, at `AUTHPI_HOST`, where a server or a worker answers `GET /metrics` for Prometheus. It asks for no credential: keep it from the public.",
    must: "a whole number from 1 to 65535",
    rule: rules.wholeNumber(1, 65_535),
    otherwise: "no metrics",
  },
  trustedProxies: {
    name: "AUTHPI_TRUSTED_PROXIES",
    description: "The proxies whose `X-Forwarded-*` headers count.",
    must: "addresses and CIDR ranges, separated by commas, such as 10.0.0.0/8,::1",
    rule: rules.networks,
    default: [],
  },
  outgoingAllow: {
    name: "AUTHPI_OUTGOING_ALLOW",
    description:
      "What webhooks and other requests to addresses that users name reach though it is not public, such as a receiver on the own network.",
    must: "addresses, CIDR ranges and host names, separated by commas, such as 10.1.2.0/24,hooks.internal",
    rule: rules.places,
    default: [],
  },
  dnsServers: {
    name: "AUTHPI_DNS_SERVERS",
    description: "The name servers that are asked for the TXT records of domains.",
    must: "addresses with their ports where those are not 53, separated by commas, such as 9.9.9.9,[2620:fe::fe]:53",
    rule: rules.nameServers,
    default: [],
    otherwise: "those of the system",
  },
  securityContact: {
    name: "AUTHPI_SECURITY_CONTACT",
    description:
      "Where to report a weakness of this installation: the contact in `/.well-known/security.txt` (RFC 9116).",
    must: "a mailto: or https: address, such as mailto:security@example.com",
    rule: rules.contact,
    default: "https://github.com/authpi/authpi/security/advisories/new",
  },
} as const satisfies Record<string, Setting<unknown>>;

/** The variables of the clients, so that one environment can serve both without a complaint. */
export const clientSettings = [
  { name: "AUTHPI_KEY_ID", description: "The id of the API key that a client presents.", secret: false },
  { name: "AUTHPI_KEY_SECRET", description: "The secret of that API key.", secret: true },
  { name: "AUTHPI_BASE_URL", description: "The origin of the Core API that a client calls.", secret: false },
  { name: "AUTHPI_ISSUER_URL", description: "The issuer that an application signs its users in at.", secret: false },
  { name: "AUTHPI_CLIENT_ID", description: "The id of the OIDC client that an application is.", secret: false },
  { name: "AUTHPI_CLIENT_SECRET", description: "The secret of that OIDC client.", secret: true },
  { name: "AUTHPI_AUDIENCE", description: "The audience that a resource server expects in tokens.", secret: false },
] as const;

export const configEntries: readonly ConfigEntry[] = [
  ...Object.values(settings).map(toEntry),
  ...clientSettings.map((setting) => ({ ...setting, must: null, default: null, client: true })),
];

function toEntry(setting: Setting<unknown>): ConfigEntry {
  const { name, description, must, secret = false } = setting;
  return { name, description, must, default: defaultText(setting), secret, client: false };
}

function defaultText(setting: Setting<unknown>): string | null {
  if (setting.default === undefined || setting.otherwise !== undefined) return setting.otherwise ?? null;
  const text = String(setting.default);
  return text === "" ? "none" : `\`${text}\``;
}
