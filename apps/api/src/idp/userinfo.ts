import type { FastifyReply, FastifyRequest } from "fastify";
import { sourceOf } from "../domain/ip.ts";
import type { Refusals } from "../limits/refusals.ts";
import { bearerOf } from "../verification/tokens/bearer.ts";
import { factsOfAccess, readAccess } from "./access-tokens.ts";
import { claimsByScope } from "./claims.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";
import { ownOf } from "./storage/clients.ts";
import { claimsOf, type Subject } from "./subject.ts";

/** The person behind an access token, as the token's scopes show them (OpenID Connect Core, 5.3). */
export const answerUserinfo = async (
  runtime: Runtime,
  refusals: Refusals,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  reply.headers({ "cache-control": "no-store", "access-control-expose-headers": "WWW-Authenticate" });
  const refuse = (status: number, error?: string, description?: string, scope?: string): FastifyReply => {
    const told = { ...(error && { error, error_description: description }), ...(scope && { scope }) };
    const parameters = Object.entries({ realm: issuer.url, ...told }).map(([name, value]) => `${name}="${value}"`);
    return reply
      .code(status)
      .header("www-authenticate", `Bearer ${parameters.join(", ")}`)
      .send({ error: error ?? "invalid_token", error_description: description ?? "an access token is missing", scope });
  };
  const presented = presentedIn(request);
  if (presented.length > 1) return refuse(400, "invalid_request", "the access token comes by one way alone");
  const [token] = presented;
  if (token === undefined) return refuse(401);

  const claims = await readAccess(runtime, issuer, token);
  if (!claims) {
    // One that an issuer has signed, which is over, is no guess at a credential.
    const isGuess = (await runtime.tokens.read(token)).claims === undefined;
    const limited = isGuess && refusals.count(sourceOf(request.ip));
    if (limited) throw limited;
    return refuse(401, "invalid_token", "the access token is not valid");
  }
  if (!claims.userId || !claims.clientId || !claims.scopes.includes("openid")) {
    return refuse(403, "insufficient_scope", "the access token lacks the scope openid", "openid");
  }
  const client = await issuer.provider.Client.find(claims.clientId);
  const facts = client && (await factsOfAccess(runtime, issuer, ownOf(client).organizations, claims, token));
  if (!facts?.subject) return refuse(401, "invalid_token", "the access token is not valid any more");
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(shown(facts.subject, claims.scopes)));
};

/** RFC 6750, 2.1 and 2.2. In the query it would be in every log on the way. */
const presentedIn = ({ headers, method, body }: FastifyRequest): string[] => {
  const form = method === "POST" ? new URLSearchParams(String(body ?? "")).getAll("access_token") : [];
  const bearer = bearerOf(headers.authorization);
  return [...(bearer === undefined ? [] : [bearer]), ...form];
};

const always = ["sub", "organizations", "org_id"];

const shown = (subject: Subject, scopes: readonly string[]): object => {
  const names = new Set([...always, ...scopes.flatMap((scope) => claimsByScope[scope] ?? [])]);
  return Object.fromEntries(Object.entries(claimsOf(subject)).filter(([name]) => names.has(name)));
};
