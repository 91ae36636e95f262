import type { FastifyReply, FastifyRequest } from "fastify";
import type { LiveIssuer } from "./live-issuer.ts";
import { authenticateClient } from "./machine/authenticate.ts";
import { credentialsOf } from "./machine/credentials.ts";
import type { Params } from "./machine/form.ts";
import { invalidRequest, noStore } from "./machine/oauth-error.ts";
import type { MachineRuntime } from "./machine/proof.ts";
import type { Runtime } from "./runtime.ts";
import { introspectAccess, revokeAccess } from "./structured-tokens.ts";

/** Whether the credentials are an agent's; what cannot be read is the provider's to refuse. */
export const isAgents = ({ headers }: FastifyRequest, params: Params): boolean => {
  try {
    return credentialsOf(headers.authorization, params).id.startsWith("agt_");
  } catch {
    return false;
  }
};

/** An agent asks for one of its own tokens, or gives it back (RFC 7662, RFC 7009). The provider knows no agents. */
export const answerAgent = async (
  machines: MachineRuntime & Runtime,
  path: "/introspect" | "/revoke",
  issuer: LiveIssuer,
  { headers: { authorization } }: FastifyRequest,
  reply: FastifyReply,
  params: Params,
): Promise<FastifyReply> => {
  const { id } = await authenticateClient(machines, issuer, { authorization, params });
  const { token } = params;
  if (typeof token !== "string") throw invalidRequest("the token has to be named, once");
  const holder = { id, shown: { mode: "all" as const, ids: [] } };
  reply.headers(noStore);
  if (path === "/introspect") {
    const answer = await introspectAccess(machines, issuer, holder, token);
    return reply.type("application/json; charset=utf-8").send(JSON.stringify(answer));
  }
  await revokeAccess(machines, issuer, holder, token);
  return reply.send("");
};
