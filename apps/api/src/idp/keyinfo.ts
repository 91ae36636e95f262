import type { FastifyReply, FastifyRequest } from "fastify";
import { present } from "../core/api-keys/present.ts";
import * as store from "../core/api-keys/store.ts";
import { sourceOf } from "../domain/ip.ts";
import { unauthorized } from "../http/problem.ts";
import type { Refusals } from "../limits/refusals.ts";
import { credentialOf } from "../verification/credentials.ts";
import type { Verifier } from "../verification/verifier.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import type { Runtime } from "./runtime.ts";

/** What an organization's API key is, told to whoever has it. It is verified as everywhere, and its use recorded. */
export const answerKeyinfo = async (
  runtime: Runtime,
  { keys, refusals }: { keys: Pick<Verifier, "check">; refusals: Refusals },
  issuer: LiveIssuer,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> => {
  reply.header("cache-control", "no-store");
  const { authorization } = request.headers;
  if (authorization === undefined) throw unauthorized();
  const credential = credentialOf(authorization);
  const row = credential && (await rowOf(runtime, credential.id, issuer));
  const { ip, id: trace } = request;
  if (!row || !(await keys.check({ ...credential, ip, trace }))) {
    throw refusals.count(sourceOf(ip)) ?? unauthorized();
  }
  return reply.send(present(row, runtime.deps.clock.now()));
};

/** Whose key it is comes first: what is refused here is no use of another issuer's key. */
const rowOf = async (
  { database, deps }: Runtime,
  keyId: string,
  issuer: LiveIssuer,
): Promise<store.ApiKeyRow | undefined> => {
  const now = deps.clock.now();
  const row = await database.transaction(issuer.accountId, (tx) => store.find(tx, keyId, undefined, now, false));
  return row?.issuer_id === issuer.id ? row : undefined;
};
