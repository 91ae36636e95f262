import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";

/** Whether the text is an address, or a CIDR range. */
export const isIpRange = (text: string): boolean => {
  const [address, bits, ...rest] = text.split("/");
  if (address === undefined || rest.length > 0 || !isIp(address) || isMapped(address)) return false;
  if (bits === undefined) return true;
  return /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (address.includes(":") ? 128 : 32);
};

/** Strict: four decimal parts, or IPv6 without a zone; PostgreSQL's inet takes exactly these. */
export const isIp = (text: string): boolean =>
  ipaddr.IPv4.isValidFourPartDecimal(text) || (ipaddr.IPv6.isValid(text) && !text.includes("%"));

/** IPv4 in the clothes of IPv6: callers are known by their IPv4 address, which such a range would never hold. */
const isMapped = (address: string): boolean =>
  address.includes(":") && ipaddr.IPv6.parse(address).isIPv4MappedAddress();

/** The network that an address is of, /24 of IPv4 and /64 of IPv6, in which one party can change its address at will. */
export const networkOf = (text: string | undefined): string => {
  const bare = text?.split("%", 1)[0] ?? "";
  if (!ipaddr.isValid(bare)) return "unknown";
  // IPv4 through a socket of IPv6 is IPv4.
  const address = ipaddr.process(bare);
  const bits = address.kind() === "ipv4" ? 24 : 64;
  const network = address.kind() === "ipv4" ? ipaddr.IPv4 : ipaddr.IPv6;
  return `${network.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()}/${bits}`;
};

/** Whether every address of a range is in the other one; both were checked by isIpRange. */
export const isWithin = (range: string, other: string): boolean => {
  const [inner, innerBits] = rangeOf(range);
  const [outer, outerBits] = rangeOf(other);
  return inner.kind() === outer.kind() && innerBits >= outerBits && inner.match(outer, outerBits);
};

const rangeOf = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] =>
  text.includes("/") ? ipaddr.parseCIDR(text) : ipaddr.parseCIDR(`${text}/${text.includes(":") ? 128 : 32}`);

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

/**
 * What one party controls, for counting: an address of IPv4, or the 64 bits that a site of IPv6 is given. What is no address, which a
 * socket that has ended may say, is one source too.
 */
export const sourceOf = (text: string | undefined): string => {
  const address = addressOf(text);
  if (address === undefined || isIPv4(address)) return address ?? "unknown";
  const site = ipaddr.IPv6.parse(address).parts.slice(0, 4);
  return `${site.map((part) => part.toString(16)).join(":")}::/64`;
};
