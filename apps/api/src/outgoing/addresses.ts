import ipaddr from "ipaddr.js";

/**
 * Whether an address is one of the public internet's. IPv4 in the clothes of IPv6 (mapped, NAT64, 6to4, Teredo) leads to places that
 * its own range does not show, and is not.
 */
export const isPublic = (address: string): boolean => {
  const parsed = ipaddr.parse(address);
  return parsed.range() === "unicast" && (parsed.kind() === "ipv4" || isWithin(address, globalUnicast));
};
/** All that IANA has given out so far. */
const globalUnicast = ["2000::/3"];

export const isLoopback = (address: string): boolean => ipaddr.parse(address).range() === "loopback";

/** Whether an address is in one of the ranges; those of the other family hold nothing of it. */
export const isWithin = (address: string, ranges: readonly string[]): boolean => {
  const parsed = ipaddr.parse(address);
  return ranges.some((text) => {
    const [range, bits] = text.includes("/") ? ipaddr.parseCIDR(text) : [ipaddr.parse(text), undefined];
    return range.kind() === parsed.kind() && parsed.match(range, bits ?? (range.kind() === "ipv4" ? 32 : 128));
  });
};
