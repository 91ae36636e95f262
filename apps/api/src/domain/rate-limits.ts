/** So many of something in a window, which begins with the first of them. */
export interface RateLimit {
  /** Infinite where there is no limit. */
  max: number;
  windowSeconds: number;
  /** Completes "There were too many …". */
  of: string;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;

/**
 * Everything that is limited, as it is where the configuration says nothing else. Sources are those of `sourceOf`. All but the last are
 * counted in the database by the account, since an account makes as many issuers as it likes, and so by all processes together.
 */
export const rateLimits = {
  /** By the source. */
  signIn: { max: 20, windowSeconds: MINUTE, of: "sign-ins from this address" },
  /** By the address, whoever asks for it. */
  mailsToAddress: { max: 5, windowSeconds: HOUR, of: "mails to this address" },
  /**
   * By the source of the person who asks for them, at a page. The Core API counts none of its own here: who calls it is a backend that sends
   * for many, is known by its credential, and would count them all as its own.
   */
  mailsFromSource: { max: 30, windowSeconds: HOUR, of: "requests for mail from this address" },
  /** By the organization, in the place of a source: who invites has a credential. */
  invitations: { max: 200, windowSeconds: HOUR, of: "invitations of this organization" },
  invitationResends: { max: 1, windowSeconds: MINUTE, of: "mails for this invitation" },
  /** By the source; good ones are not counted. */
  badClientAuthentication: {
    max: 20,
    windowSeconds: MINUTE,
    of: "failed authentications of clients from this address",
  },
  /** Of the Core API, by the source, in each process for itself; good ones are neither counted nor refused. */
  badCredentials: { max: 60, windowSeconds: MINUTE, of: "bad credentials from this address" },
} as const satisfies Record<string, RateLimit>;

export type LimitName = keyof typeof rateLimits;
export type RateLimits = Readonly<Record<LimitName, RateLimit>>;

/** How the configuration spells the limits: `sign-in=20/1m`. */
export const limitNames = (): string[] => Object.keys(rateLimits).map(spelled);
export const limitsText = (): string =>
  Object.entries(rateLimits)
    .map(([name, { max, windowSeconds }]) => `${spelled(name)}=${max}/${windowText(windowSeconds)}`)
    .join(",");

/** The limits with those changed that the text names; undefined where it names one twice, or none of ours, or cannot be read. */
export const changedLimits = (text: string): RateLimits | undefined => {
  const changed: Record<LimitName, RateLimit> = { ...rateLimits };
  const seen = new Set<LimitName>();
  for (const part of text.split(",")) {
    const [, spelling, value = ""] = /^\s*([a-z-]+)=(\S+)\s*$/.exec(part) ?? [];
    const name = names.find((one) => spelled(one) === spelling);
    const change = changeOf(value);
    if (!name || !change || seen.has(name)) return undefined;
    seen.add(name);
    changed[name] = { ...changed[name], ...change };
  }
  return changed;
};

// What an object of ours has for keys is what its type says.
const names = Object.keys(rateLimits) as LimitName[];
const spelled = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** `20/1m`, or `off`. */
const changeOf = (text: string): Partial<RateLimit> | undefined => {
  if (text === "off") return { max: Number.POSITIVE_INFINITY };
  const [, max = "", count = "", unit = ""] = /^([1-9]\d{0,5})\/([1-9]\d{0,4})([smhd])$/.exec(text) ?? [];
  const windowSeconds = Number(count) * (secondsOf[unit] ?? 0);
  return windowSeconds > 0 && windowSeconds <= windowSecondsMax ? { max: Number(max), windowSeconds } : undefined;
};
const secondsOf: Record<string, number> = { s: 1, m: MINUTE, h: HOUR, d: 24 * HOUR };
const windowSecondsMax = 30 * 24 * HOUR;

const windowText = (seconds: number): string => (seconds % HOUR === 0 ? `${seconds / HOUR}h` : `${seconds / MINUTE}m`);
