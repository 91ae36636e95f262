import type { IncomingMessage } from "node:http";
import type { FastifyReply, FastifyRequest } from "fastify";
import { answerAgent, isAgents } from "./agent-tokens.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { type Form, readForm, unread } from "./machine/form.ts";
import { issueToken } from "./machine/issue.ts";
import { noStore, OAuthError, sendOAuthError } from "./machine/oauth-error.ts";
import { createRemoteKeys } from "./machine/remote-keys.ts";
import type { Runtime } from "./runtime.ts";

/** Answers, or gives the request to whoever answers the rest, its body unread. */
export type TokenEndpoints = (
  path: string,
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
  pass: (raw: IncomingMessage) => void,
) => Promise<FastifyReply | undefined>;

/**
 * What machines ask of the endpoints that take a client's credentials. Tokens for machines are made here, for they are asked for most: the provider's many layers cost twice as much, it knows no agents, and
 * this way a token and its event are one statement. Every other grant is the provider's.
 */
export const createTokenEndpoints = (runtime: Runtime): TokenEndpoints => {
  const machines = { ...runtime, remoteKeys: createRemoteKeys(runtime.outgoing, runtime.deps.clock) };

  return async (path, issuer, request, reply, pass) => {
    const { raw } = request;
    try {
      const form = request.method === "POST" ? await readForm(raw) : undefined;
      if (!form) return void pass(raw);
      if (path === "/introspect" || path === "/revoke") {
        if (!isAgents(request, form.params)) return void pass(unread(raw, form.body));
        return await answerAgent(machines, path, issuer, request, reply, form.params);
      }
      if (form.params.grant_type !== "client_credentials") return void pass(unread(raw, withoutOffline(form)));
      const answer = await issueToken(machines, issuer, request, form.params);
      return reply.headers(noStore).type("application/json; charset=utf-8").send(JSON.stringify(answer));
    } catch (error) {
      if (!(error instanceof OAuthError)) throw error;
      const { message: error_description, cause } = error;
      const told = { issuerId: issuer.id, error: error.error, error_description, cause: String(cause ?? "") };
      runtime.log.info(told, "A token request was refused.");
      return sendOAuthError(error, issuer.url, request, reply);
    }
  };
};

/** The library never grants the scope `offline_access` by name (hand-over.ts); a client that asks for all of it again is not refused for it. */
const withoutOffline = ({ body, params: { grant_type, scope } }: Form): Buffer => {
  const scopes = typeof scope === "string" ? scope.split(" ") : [];
  if (grant_type !== "refresh_token" || !scopes.includes("offline_access")) return body;
  const left = new URLSearchParams(body.toString());
  left.set("scope", scopes.filter((one) => one !== "offline_access").join(" "));
  return Buffer.from(left.toString());
};
