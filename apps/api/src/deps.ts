import type { KeyObject } from "node:crypto";
import type { Config } from "./config.ts";
import { createTxtLookup, type TxtLookup } from "./dns.ts";
import { type Clock, systemClock } from "./domain/clock.ts";
import { createIds, type Ids } from "./domain/ids.ts";
import { createPasswords, type Passwords } from "./domain/passwords.ts";
import { type RateLimits, rateLimits } from "./domain/rate-limits.ts";
import type { Redacted } from "./domain/redacted.ts";
import { createSecrets, type Secrets, subkey } from "./domain/secrets.ts";

/** What handlers and rooms are given: time, randomness, keys, addresses. Nothing of it is a global. */
export interface Deps {
  clock: Clock;
  ids: Ids;
  secrets: Secrets;
  /** From 0 to below 1, for what must not happen at the same time everywhere; never for secrets. */
  random(): number;
  passwords: Passwords;
  keys: Keys;
  resolveTxt: TxtLookup;
  /** The Core API's origin and the OIDC runtime's. */
  url: string;
  idpUrl: string;
  eventRetention: EventRetention;
  mail: MailSettings;
  /** Those in force. */
  limits: RateLimits;
}

/** How long events are kept, those that are recorded for every request apart. */
export interface EventRetention {
  keptDays: number;
  meteredDays: number;
}

export interface MailSettings {
  /** `undefined`: mail is captured. */
  smtpUrl: Redacted<string> | undefined;
  from: string;
}

/** One key for each purpose, derived from the master key. */
export interface Keys {
  signingKeys: KeyObject;
  cursors: KeyObject;
  idempotency: KeyObject;
  cookies: KeyObject;
  authMethods: KeyObject;
  /** TOTP secrets and what else of a user's verifiers must be read again. */
  verifiers: KeyObject;
  webhooks: KeyObject;
  /** What an organization shares with the provider of its single sign-on. */
  sso: KeyObject;
  /** Mails that wait to be sent: their links are secrets. */
  mails: KeyObject;
}

export const createDeps = (
  config: Pick<Config, "url" | "idpUrl" | "eventsRetentionDays" | "meteredEventsRetentionDays"> &
    Partial<Pick<Config, "dnsServers" | "smtpUrl" | "mailFrom" | "rateLimits">>,
  masterKey: Buffer,
  clock: Clock = systemClock,
): Deps => ({
  clock,
  ids: createIds(clock),
  secrets: createSecrets(masterKey),
  random: Math.random,
  passwords: createPasswords(),
  keys: {
    signingKeys: subkey(masterKey, "signing keys v1"),
    cursors: subkey(masterKey, "cursors v1"),
    idempotency: subkey(masterKey, "idempotency v1"),
    cookies: subkey(masterKey, "cookies v1"),
    authMethods: subkey(masterKey, "auth methods v1"),
    verifiers: subkey(masterKey, "verifiers v1"),
    webhooks: subkey(masterKey, "webhooks v1"),
    sso: subkey(masterKey, "single sign-on v1"),
    mails: subkey(masterKey, "mails v1"),
  },
  resolveTxt: createTxtLookup(config.dnsServers ?? []),
  url: config.url,
  idpUrl: config.idpUrl,
  eventRetention: { keptDays: config.eventsRetentionDays, meteredDays: config.meteredEventsRetentionDays },
  mail: { smtpUrl: config.smtpUrl, from: config.mailFrom ?? "AuthPI <no-reply@localhost>" },
  limits: config.rateLimits ?? rateLimits,
});
