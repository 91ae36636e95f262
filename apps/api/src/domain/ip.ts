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

/** Whether every address of a range is in the other one; both were checked by isIpRange. */
export const isWithin = (range: string, other: string): boolean => {
  const [inner, innerBits] = rangeOf(range);
  const [outer, outerBits] = rangeOf(other);
  return inner.kind() === outer.kind() && innerBits >= outerBits && inner.match(outer, outerBits);
};

const rangeOf = (text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] =>
  text.includes("/") ? ipaddr.parseCIDR(text) : ipaddr.parseCIDR(`${text}/${text.includes(":") ? 128 : 32}`);
