import type { LiveIssuer } from "../live-issuer.ts";
import { credentialsOf } from "./credentials.ts";
import type { Params } from "./form.ts";
import { invalidClient, OAuthError } from "./oauth-error.ts";
import { type MachineKind, type MachineRuntime, proofOf } from "./proof.ts";
import { agentProof, clientProof } from "./statement.ts";

/** Who has proved to be what it says; `none` is a public client, which proves nothing. */
export interface Authenticated {
  kind: MachineKind;
  id: string;
  isPublic: boolean;
}

/**
 * The client or the agent of a request to an endpoint that issues nothing (RFC 7009, 2.1; RFC 7662, 2.1), as the database has it now. An
 * assertion is spent by this.
 *
 * @throws {OAuthError}
 */
export const authenticateClient = async (
  machines: MachineRuntime,
  issuer: LiveIssuer,
  { authorization, params }: { authorization: string | undefined; params: Params },
): Promise<Authenticated> => {
  const proof = await proofOf(machines, issuer, credentialsOf(authorization, params));
  const statement = proof.kind === "client" ? clientProof : agentProof;
  const [found] = await machines.database.verify<{ good: boolean; registered: string | null }>(
    statement,
    proof.parameters,
  );
  if (!found?.good) throw invalidClient("The proof is not good, or nobody may use it.");
  if (found.registered !== null && found.registered !== proof.method) throw wrongMethod(found.registered);
  return { kind: proof.kind, id: proof.id, isPublic: proof.method === "none" };
};

/** To whoever has given a good secret it may be said how it is to be given. */
export const wrongMethod = (registered: string): OAuthError =>
  new OAuthError("invalid_client", `this client authenticates with ${registered}, by its token_endpoint_auth_method`);
