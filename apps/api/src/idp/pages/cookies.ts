import type { FastifyReply, FastifyRequest } from "fastify";
import type { LiveIssuer } from "../live-issuer.ts";

/** The first of that name (RFC 6265, 5.4: that of the longest path). */
export const readCookie = ({ headers }: Pick<FastifyRequest, "headers">, name: string): string | undefined => {
  for (const pair of headers.cookie?.split(";") ?? []) {
    const [key, ...rest] = pair.split("=");
    if (key?.trim() === name) return rest.join("=").trim();
  }
  return undefined;
};

/** For this issuer's pages alone, and out of the reach of scripts. `value` has no character that a cookie cannot hold. */
export const setCookie = (
  reply: FastifyReply,
  issuer: Pick<LiveIssuer, "id" | "url">,
  name: string,
  value: string,
  maxAgeSeconds?: number,
): void => {
  const parts = [`${name}=${value}`, `Path=/${issuer.id}`, "HttpOnly", "SameSite=Lax"];
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`);
  if (issuer.url.startsWith("https:")) parts.push("Secure");
  reply.header("set-cookie", parts.join("; "));
};
