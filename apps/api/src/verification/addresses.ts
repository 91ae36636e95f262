import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * An address as PostgreSQL's `inet` takes it, or undefined where the text is none. Without a zone, and IPv4 in its own form also
 * where it came through a socket of IPv6: an allow-list of IPv4 ranges means these callers too.
 */
export const addressOf = (text: string | undefined): string | undefined => {
  if (text === undefined) return undefined;
  if (isIPv4(text)) return text;
  const zone = text.indexOf("%");
  const bare = zone === -1 ? text : text.slice(0, zone);
  if (!isIPv6(bare)) return undefined;
  return /:ffff:/i.test(bare) ? ipaddr.process(bare).toString() : bare;
};

/** What one party controls: an address of IPv4, or the 64 bits that a site of IPv6 is given. */
export const sourceOf = (address: string | undefined): string => {
  if (address === undefined || isIPv4(address)) return address ?? "unknown";
  return ipaddr.IPv6.parse(address).parts.slice(0, 4).join(":");
};
