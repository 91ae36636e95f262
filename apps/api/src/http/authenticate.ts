import basicAuth from "@fastify/basic-auth";
import type { FastifyInstance, onRequestHookHandler } from "fastify";
import type { Verified } from "../verification/verifier.ts";
import type { Caller } from "./caller.ts";
import { unauthorized } from "./problem.ts";

type Check = (credential: { id: string; secret: string; ip: string; trace: string }) => Promise<Verified | undefined>;

/** Basic authentication (RFC 7617) of every route but the hot one; the credential goes to the batched verification. */
export const authenticate = async (app: FastifyInstance, check: Check): Promise<onRequestHookHandler> => {
  app.decorateRequest("caller");
  app.decorateRequest("scopeAction", "read");
  await app.register(basicAuth, {
    authenticate: { realm: "authpi" },
    // More than one space behind the scheme is well-formed (RFC 9110, 11.4), and the hot path takes it.
    strictCredentials: false,
    validate: async (id, secret, request) => {
      const verified = await check({ id, secret, ip: request.ip, trace: request.id });
      if (!verified) throw unauthorized();
      request.caller = callerOf(verified);
    },
  });
  return app.basicAuth;
};

/** An account is an organization of the root issuer: they share their suffix. */
const callerOf = ({ keyId, issuerId, orgId, accountId, account, scopes }: Verified): Caller => ({
  type: "api_key",
  keyId,
  accountIds: account ? [accountId] : [],
  issuerId,
  orgId,
  scopes,
  handedOn: [],
});
