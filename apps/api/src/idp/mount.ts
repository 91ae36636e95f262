import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { invalid, notFound, Problem } from "../http/problem.ts";
import { handOver } from "./hand-over.ts";
import type { Issuers } from "./issuers.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";
import { isCurrent, type StaticDocument } from "./static-document.ts";
import { createTokenEndpoints } from "./token-endpoints.ts";

export interface IdpOptions {
  issuers: Pick<Issuers, "get">;
  runtime: Runtime;
}

export type IssuerRequest = FastifyRequest<{ Params: { issuer_id: string; "*"?: string } }>;

/** Malformed ids are no paths of the runtime. */
export const issuerId = ":issuer_id(^i_[0-9a-z]{25}$)";
const authorizationServer = "/.well-known/oauth-authorization-server";

/** What oidc-provider answers: its endpoints, and where an interaction returns to. */
const endpoints: readonly { path: RegExp; methods: readonly string[] }[] = [
  { path: /^\/authorize(\/[\w-]{1,100})?$/, methods: ["GET"] },
  { path: /^\/(token|introspect|revoke)$/, methods: ["POST", "OPTIONS"] },
];

/** Serves the issuers: their metadata and keys from ready bytes, the protocol's endpoints by their providers. */
export const mountIdp = (app: FastifyInstance, { issuers, runtime }: IdpOptions): void => {
  const machines = createTokenEndpoints(runtime);
  const active = async ({ params }: IssuerRequest): Promise<LiveIssuer> => {
    const issuer = await issuers.get(params.issuer_id);
    if (!issuer) throw notFound();
    return issuer;
  };

  app.register(async (scope) => {
    // The provider reads the body itself, as the form that the protocol wants.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));

    const documents: Record<string, (issuer: LiveIssuer) => StaticDocument> = {
      [`/${issuerId}/.well-known/openid-configuration`]: ({ discovery }) => discovery,
      [`/${issuerId}${authorizationServer}`]: ({ discovery }) => discovery,
      // RFC 8414, 3: the well-known part comes between host and path.
      [`${authorizationServer}/${issuerId}`]: ({ discovery }) => discovery,
      [`/${issuerId}/jwks.json`]: ({ jwks }) => jwks,
    };
    for (const [url, pick] of Object.entries(documents)) {
      scope.all(url, { exposeHeadRoute: false }, async (request: IssuerRequest, reply) => {
        openToAnyOrigin(reply);
        if (request.method === "OPTIONS") return preflight(reply);
        requireMethod(request.method, ["GET", "HEAD", "OPTIONS"]);
        return send(pick(await active(request)), request, reply);
      });
    }

    await scope.register(async (forms) => {
      forms.addContentTypeParser(formType, { parseAs: "string" }, (_request, body, done) => done(null, body));
      // The library would take the form, and then ask for cookies that browsers do not send with it (OpenID Connect Core, 3.1.2.1).
      forms.post(`/${issuerId}/authorize`, { bodyLimit: linkBytesMax }, async (request: IssuerRequest, reply) => {
        const { url } = await active(request);
        return reply.redirect(`${url}/authorize?${new URLSearchParams(String(request.body ?? ""))}`, 303);
      });
    });

    scope.all(`/${issuerId}/*`, { exposeHeadRoute: false }, async (request: IssuerRequest, reply) => {
      const issuer = await active(request);
      const path = `/${request.params["*"]}`;
      const endpoint = endpoints.find((one) => one.path.test(path));
      if (!endpoint) throw notFound();
      requireMethod(request.method, endpoint.methods);
      if (path === "/authorize") refuseNul(request.url);
      if (request.method !== "POST") return handOver(issuer, path, request, reply);
      return machines(path, issuer, request, reply, (raw) => handOver(issuer, path, request, reply, raw));
    });
  });
};

/** What is asked for is kept until the person has answered, in columns that take no NUL. */
const refuseNul = (url: string): void => {
  const { searchParams } = new URL(url, "http://issuer.invalid");
  for (const [name, value] of searchParams) {
    if (!`${name}${value}`.includes("\0")) continue;
    throw invalid({ field: name.replaceAll("\0", ""), code: "invalid", message: "must hold no NUL" });
  }
};

/** A form that comes again as a link's query has to fit into the head of a request. */
export const linkBytesMax = 12 * 1024;

export const formType = "application/x-www-form-urlencoded";

const openToAnyOrigin = (reply: FastifyReply): void => {
  reply.headers({ "access-control-allow-origin": "*", "access-control-expose-headers": "ETag" });
};

export const preflight = (reply: FastifyReply, methods = "GET, HEAD", headers = "*"): FastifyReply => {
  reply.headers({
    "access-control-allow-methods": methods,
    "access-control-allow-headers": headers,
    "access-control-max-age": "86400",
  });
  return reply.code(204).send();
};

export const requireMethod = (method: string, allowed: readonly string[]): void => {
  const allow = allowed.join(", ");
  if (!allowed.includes(method)) throw new Problem("method", `This path has ${allow}.`, { allow });
};

const send = (document: StaticDocument, request: IssuerRequest, reply: FastifyReply): FastifyReply => {
  reply.headers({ etag: document.etag, "cache-control": document.cacheControl });
  if (isCurrent(document, request.headers["if-none-match"])) return reply.code(304).send();
  return reply.type("application/json; charset=utf-8").send(document.body);
};
