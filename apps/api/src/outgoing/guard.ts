import { isIP } from "node:net";
import { isLoopback, isPublic, isWithin } from "./addresses.ts";

export interface GuardOptions {
  /** Addresses, CIDR ranges and host names that are reached though they are not public. */
  allow: readonly string[];
  /** `http:` and loopback are reached too. */
  development: boolean;
}

/** What may be reached from here, and what not: each answers with the reason of a refusal, which completes "the URL …". */
export interface Guard {
  /** What a URL shows by itself. */
  refusesUrl(url: string): string | undefined;
  /** An address that a host name stands for, or that stands in its place. */
  refusesAddress(host: string, address: string): string | undefined;
}

export const createGuard = ({ allow, development }: GuardOptions): Guard => {
  const ranges = allow.filter((one) => isIP(one.split("/", 1)[0] ?? "") !== 0);
  const hosts = new Set(allow.filter((one) => !ranges.includes(one)).map((one) => one.toLowerCase()));

  const refusesAddress = (host: string, address: string): string | undefined => {
    if (hosts.has(host.toLowerCase()) || isWithin(address, ranges)) return undefined;
    if (isPublic(address) || (development && isLoopback(address))) return undefined;
    return "leads to an address that is not public";
  };
  return {
    refusesAddress,
    refusesUrl: (text) => {
      const url = URL.parse(text);
      if (!url || !/^https?:\/\/[^/\\?#]/i.test(text)) return "must be a valid URL";
      if (url.protocol !== "https:" && !development) return "must be an https: URL";
      if (url.username !== "" || url.password !== "") return "must not hold a user name or a password";
      if (isOdd(text, url)) return "must name its host in the usual form";
      const host = url.hostname.replace(/^\[|\]$/g, "");
      if (isIP(host) !== 0) return refusesAddress(host, host);
      const isLocal = host === "localhost" || host.endsWith(".localhost");
      return isLocal ? refusesAddress(host, "127.0.0.1") : undefined;
    },
  };
};

/** `2130706433`, `0x7f.1`, `127.1`, `localhost.`: spellings that only somebody who has something to hide uses. */
const isOdd = (text: string, { hostname }: URL): boolean => {
  const written = /^https?:\/\/(\[[^\]]*\]|[^/\\?#:]*)/i.exec(text)?.[1] ?? "";
  if (hostname.endsWith(".") || written.includes("%")) return true;
  return isIP(hostname) === 4 && written !== hostname;
};
