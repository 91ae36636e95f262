import basicAuth from "@fastify/basic-auth";
import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from "fastify";
import { addressOf, sourceOf } from "../domain/ip.ts";
import type { Refusals } from "../limits/refusals.ts";
import { bearerOf } from "../verification/tokens/bearer.ts";
import type { Judgement, PresentedToken, VerifiedToken } from "../verification/tokens/token-verifier.ts";
import type { Verified } from "../verification/verifier.ts";
import type { Caller } from "./caller.ts";
import { Problem, unauthorized } from "./problem.ts";

export interface Checks {
  key(credential: { id: string; secret: string; ip: string; trace: string }): Promise<Verified | undefined>;
  token(presented: PresentedToken): Promise<Judgement>;
  /** Counts the bad ones, together with those of the hot route. */
  refusals: Refusals;
}

/** Authentication of every route but the hot one: keys as Basic (RFC 7617), tokens as Bearer (RFC 6750), neither as the other. */
export const authenticate = async (app: FastifyInstance, checks: Checks): Promise<onRequestHookHandler> => {
  app.decorateRequest("caller");
  app.decorateRequest("scopeAction", "read");
  await app.register(basicAuth, {
    // More than one space behind the scheme is well-formed (RFC 9110, 11.4), and the hot path takes it.
    strictCredentials: false,
    validate: async (id, secret, request) => {
      const verified = await checks.key({ id, secret, ip: request.ip, trace: request.id });
      if (!verified) throw unauthorized();
      request.caller = callerOfKey(verified);
    },
  });
  return (request, reply, done) => {
    const { authorization } = request.headers;
    const token = bearerOf(authorization);
    const checked = (error?: Error) => {
      const isBad = authorization !== undefined && error !== undefined && isRefusal(error);
      done(isBad ? (checks.refusals.count(sourceOf(request.ip)) ?? error) : error);
    };
    if (token === undefined) {
      app.basicAuth(request, reply, checked);
      return;
    }
    checkToken(request, token, checks.token).then(() => checked(), checked);
  };
};

/** No credential of ours, or a wrong one. An expired token was signed by one of our issuers, and is no guess at a credential. */
const isRefusal = (error: Error & { statusCode?: number }): boolean =>
  error instanceof Problem ? error.kind === "unauthorized" : error.statusCode === 401;

const checkToken = async (request: FastifyRequest, token: string, check: Checks["token"]): Promise<void> => {
  const ip = addressOf(request.ip);
  const judged = await check({ token, ip, trace: request.id, trigger: "core.authenticate" });
  if (judged.reason === "expired") throw tokenExpired();
  if (judged.reason) throw unauthorized();
  request.caller = callerOfToken(judged.verified);
};

const tokenExpired = () => new Problem("expired", "The token has expired.");

/** An account is an organization of the root issuer: they share their suffix. */
const callerOfKey = ({ keyId, issuerId, orgId, accountId, account, scopes }: Verified): Caller => ({
  type: "api_key",
  id: keyId,
  names: { key_id: keyId },
  accounts: account ? [{ accountId, orgId, scopes }] : [],
  ...{ issuerId, orgId, scopes, handedOn: [] },
});

const callerOfToken = ({ type, tokenId, userId, agentId, clientId, issuerId, acts }: VerifiedToken): Caller => ({
  type,
  id: tokenId ?? userId ?? agentId ?? clientId ?? "",
  names: {
    ...(tokenId && { key_id: tokenId }),
    ...(userId && { user_id: userId }),
    ...(agentId && { agent_id: agentId }),
    ...(clientId && { client_id: clientId }),
  },
  accounts: acts.map(({ account_id, org_id, scopes }) => ({ accountId: account_id, orgId: org_id, scopes })),
  // Until the path has named one of the accounts.
  ...{ issuerId, orgId: "", scopes: [], handedOn: [] },
});
