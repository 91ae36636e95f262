import { domainToASCII } from "node:url";
import { parse } from "tldts";

/**
 * The one form of a domain, or undefined where it is none that somebody can own: an address, a wildcard, a port, one label, or a
 * public suffix such as `co.uk`.
 */
export const normalizeHost = (text: string): string | undefined => {
  // What follows the host of a URL would be dropped without a word, and what is escaped would be read.
  if (/[/\\?#@:%[\]]/.test(text)) return undefined;
  const host = domainToASCII(text.trim().normalize("NFC")).toLowerCase();
  if (host.length > hostMax || !labels.test(host)) return undefined;
  const { domain, isIp } = parse(host, { allowPrivateDomains: true, validateHostname: true });
  return isIp || domain === null ? undefined : host;
};

const hostMax = 253;
/** At least two labels of letters, digits and hyphens (RFC 1123, 2.1), the last of which is no number. */
const labels = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?!\d+$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
