type ApplicationType = "web" | "spa" | "native" | "m2m";

/**
 * Why a redirect URI cannot be registered, or undefined: absolute, no fragment, no wildcard, no user; `http` on loopback only;
 * private-use schemes for native applications only (RFC 9700, 2.1; RFC 8252, 7).
 */
export const redirectUriFault = (text: string, applicationType: ApplicationType): string | undefined => {
  const url = URL.parse(text);
  // The parser forgives what RFC 3986 does not: `https:host`, `https:\\host`.
  if (!url || text.includes("\\") || /^https?:(?!\/\/[^/])/i.test(text)) return "is not an absolute URI";
  if (text.includes("#")) return "must not have a fragment";
  if (text.includes("*")) return "must not have a wildcard";
  if (url.username !== "" || url.password !== "") return "must not have a user";
  if (url.protocol === "https:") return url.hostname === "" ? "has no host" : undefined;
  if (url.protocol === "http:")
    return isLoopback(url.hostname) ? undefined : "must be https, unless its host is loopback";
  if (applicationType !== "native") return "must be https; other schemes are for native applications";
  return privateUseFault(url);
};

/** A domain name in reverse order, which its owner controls (RFC 8252, 7.1). */
const privateUseFault = ({ protocol }: URL): string | undefined => {
  const scheme = protocol.slice(0, -1);
  if (dangerous.has(scheme)) return `must not use the scheme ${scheme}`;
  return scheme.includes(".")
    ? undefined
    : "must use a scheme that is a domain name in reverse order, as com.example.app";
};
const dangerous = new Set(["javascript", "data", "vbscript", "file", "blob", "about"]);

const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
