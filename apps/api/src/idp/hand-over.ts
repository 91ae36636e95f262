import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { traceOf } from "../http/origin.ts";
import type { LiveIssuer } from "./live-issuer.ts";

/** Gives the request, its body unread, to the issuer's provider, which answers it at `path`, as the provider spells it. */
export const handOver = (
  issuer: LiveIssuer,
  path: string,
  request: FastifyRequest,
  reply: FastifyReply,
  raw: IncomingMessage = request.raw,
): void => {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  // The path is not taken from the request's target: that may be absolute, with an origin that Koa would believe.
  const query = /\?.*$/.exec(request.raw.url ?? "")?.[0] ?? "";
  const asked = path === "/authorize" ? withOffline(query) : query;
  addressTo(raw, issuer.url, path + asked, request.ip);
  raw.headers["x-request-id"] = traceOf(request);
  void issuer.callback(raw, reply.raw);
};

/** The library takes `offline_access` out of the scope where nobody is asked for consent: that it was asked for is said apart. */
const withOffline = (query: string): string => {
  const params = new URLSearchParams(query);
  const offline = params.get("scope")?.split(" ").includes("offline_access");
  if (!offline && !params.has("authpi_offline")) return query;
  params.delete("authpi_offline");
  if (offline) params.set("authpi_offline", "1");
  return `?${params}`;
};

/**
 * Makes the request one to the issuer's own URL. The provider builds its endpoints' URLs and checks audiences by what these
 * headers say, and a caller could say anything.
 */
export const addressTo = (request: IncomingMessage, issuerUrl: string, path: string, ip?: string): void => {
  const { host, protocol, pathname } = new URL(issuerUrl);
  for (const name of Object.keys(request.headers)) {
    if (name === "forwarded" || name.startsWith("x-forwarded-")) delete request.headers[name];
  }
  request.headers.host = host;
  request.headers["x-forwarded-host"] = host;
  request.headers["x-forwarded-proto"] = protocol.slice(0, -1);
  if (ip) request.headers["x-forwarded-for"] = ip;
  // Koa looks for the path before a mount took its part of it away in this property, which Node does not know.
  Object.assign(request, { originalUrl: pathname + path, url: path });
};
