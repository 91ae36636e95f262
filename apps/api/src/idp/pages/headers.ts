import type { IssuerSettings } from "@authpi/schema";

export interface PageHeaders {
  branding: IssuerSettings["branding"];
  /** Where a form of the page may lead to in the end, such as a client's redirect URI: Chromium holds redirects to it too. */
  formActions?: readonly string[] | undefined;
  /** Images of others on the page, such as a client's logo. */
  images?: readonly (string | null | undefined)[] | undefined;
  /** The page may be open in a window that a client watches: it has to find its opener when it comes back there. */
  inPopup?: boolean | undefined;
}

export const pageHeaders = ({ branding, formActions = [], images = [], inPopup = false }: PageHeaders) => ({
  "content-security-policy": [
    "default-src 'none'",
    "style-src 'self'",
    `img-src ${unique(["'self'", "data:", ...[branding.logo_url, branding.favicon_url, ...images].map(sourceOf)])}`,
    `form-action ${unique(["'self'", ...formActions.map(sourceOf)])}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; "),
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "cache-control": "no-store",
  "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "cross-origin-opener-policy": inPopup ? "unsafe-none" : "same-origin",
  "x-robots-tag": "noindex",
});

/** A URL as a source of a policy: its origin, or the scheme where there is none that a policy can name. */
const sourceOf = (url: string | null | undefined): string | undefined => {
  if (!url || !URL.canParse(url)) return undefined;
  const { protocol, origin, hostname } = new URL(url);
  const isWeb = protocol === "https:" || protocol === "http:";
  // The grammar of policies has no IPv6 addresses (CSP 3, 2.3.1): a native application on `[::1]` needs the whole scheme.
  if (isWeb && !hostname.startsWith("[")) return origin;
  return refusedSchemes.has(protocol) ? undefined : protocol;
};
const refusedSchemes = new Set(["javascript:", "data:", "blob:", "file:", "https:"]);

const unique = (sources: readonly (string | undefined)[]): string =>
  [...new Set(sources.filter((source) => source !== undefined))].join(" ");
