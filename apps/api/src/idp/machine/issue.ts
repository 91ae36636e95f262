import type { FastifyRequest } from "fastify";
import { timeOfId } from "../../domain/ids.ts";
import { appendEvents, type NewEvent, type Origin } from "../../events/append.ts";
import { traceOf } from "../../http/origin.ts";
import { Problem } from "../../http/problem.ts";
import type { SigningAlgorithm } from "../../keys/signing-keys.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { newTokenId } from "../tokens.ts";
import { type Asked, askedOf } from "./asked.ts";
import { wrongMethod } from "./authenticate.ts";
import { credentialsOf } from "./credentials.ts";
import type { Params } from "./form.ts";
import { invalidClient, OAuthError } from "./oauth-error.ts";
import { type MachineRuntime, type Proof, proofOf } from "./proof.ts";
import { agentToken, clientToken, issuedEvent } from "./statement.ts";

/** The answer of RFC 6749, 4.4.3, its members in the provider's order. */
export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  scope?: string;
  token_type: "Bearer";
}

/** What the statement says: of a token that it has issued, or of why it has not. */
interface Judged {
  account_id: string;
  id: string;
  fault: Fault | null;
  scopes: string[];
  alg: SigningAlgorithm;
  registered: string | null;
  wrong_scope: string | null;
  wrong_resource: string | null;
  organizations: { id: string; title: string; scopes: string[]; joined_at: number }[] | null;
  ttl: number;
  /** Whether a webhook wants the event: then it is still to be appended. */
  awaited: boolean | null;
  auth: Origin["auth"];
  subject: NewEvent["subject"];
  data: NewEvent["data"];
}
type Fault =
  | "invalid_client"
  | "method"
  | "unauthorized_client"
  | "flawed"
  | "invalid_target"
  | "invalid_scope"
  | "no_member"
  | "no_key";

/** The lifetime of an agent's token. */
const agentTtlSeconds = 300;

/**
 * A token by the grant of RFC 6749, 4.4: one statement proves the credential, judges what is asked for, and records what is issued.
 *
 * @throws {OAuthError}
 */
export const issueToken = async (
  machines: MachineRuntime,
  issuer: LiveIssuer,
  request: FastifyRequest,
  params: Params,
): Promise<TokenAnswer> => {
  const { database, deps, epoch } = machines;
  const proof = await proofOf(machines, issuer, credentialsOf(request.headers.authorization, params));
  const asked = askedOf(params);
  const trace = traceOf(request);
  const jti = newTokenId(deps);
  const [judged] = await database.verify<Judged>(
    proof.kind === "client" ? clientToken : agentToken,
    parametersOf(machines, issuer, { proof, asked, request, trace, jti }),
  );
  if (!judged) throw invalidClient("There is no such client or agent, or it is not active.");
  if (judged.fault === "no_key") throw new Problem("unavailable", `The issuer has no key for ${judged.alg} yet.`);
  if (judged.fault) throw errorOf(judged.fault, judged, asked, proof);
  if (judged.awaited) {
    const origin = { source: "idp", trigger: "client_credentials", trace, epoch, auth: judged.auth } as const;
    const event = { type: issuedEvent, subject: judged.subject, data: judged.data } as const;
    await database.transaction(judged.account_id, (tx) => appendEvents(tx, [event], origin, deps.ids));
  }
  return answerOf(issuer, judged, { proof, asked, jti });
};

interface Parts {
  proof: Proof;
  asked: Asked;
  jti: string;
}

const parametersOf = (
  { deps, epoch, rootIssuerId }: MachineRuntime,
  issuer: LiveIssuer,
  { proof, asked, request, trace, jti }: Parts & { request: FastifyRequest; trace: string },
): unknown[] => {
  const eventId = deps.ids.make("event");
  const { scopes, resources, orgId, flaw } = asked;
  const isAgent = proof.kind === "agent";
  return [
    ...proof.parameters,
    ...[flaw === undefined, scopes, resources, orgId],
    ...[
      eventId,
      timeOfId(eventId) ?? 0,
      epoch,
      trace,
      request.ip,
      request.headers["user-agent"]?.slice(0, 500) ?? null,
    ],
    ...[jti, isAgent ? agentTtlSeconds : issuer.tokens.ttl],
    ...(isAgent ? [rootIssuerId, `${deps.url}/v1`] : [issuer.tokens.algorithms]),
  ];
};

const answerOf = (issuer: LiveIssuer, judged: Judged, { proof, asked, jti }: Parts): TokenAnswer => {
  const { id, alg, ttl, scopes, organizations } = judged;
  const [resource = id, ...more] = asked.resources;
  // The time that the statement was given.
  const iat = Math.floor(Number(proof.parameters[5]) / 1000);
  const scope = scopes.length > 0 ? { scope: scopes.join(" ") } : {};
  const access_token = issuer.tokens.sign(alg, {
    ...{ iss: issuer.url, sub: id, aud: more.length > 0 ? asked.resources : resource, exp: iat + ttl, iat, jti },
    ...{ client_id: id, ...scope, dat: { type: proof.kind } },
    ...(organizations && { organizations }),
    ...(asked.orgId !== null && { org_id: asked.orgId }),
  });
  return { access_token, expires_in: ttl, ...scope, token_type: "Bearer" };
};

const errorOf = (fault: Exclude<Fault, "no_key">, judged: Judged, { flaw }: Asked, { kind }: Proof): OAuthError => {
  const { registered, wrong_scope, wrong_resource } = judged;
  switch (fault) {
    case "invalid_client":
      return invalidClient("The secret or the key is not one of these now, or the assertion was used before.");
    case "method":
      return wrongMethod(registered ?? "");
    case "unauthorized_client":
      return new OAuthError(fault, "requested grant type is not allowed for this client");
    case "flawed":
      return flaw ?? new OAuthError("invalid_request", "request is invalid");
    case "invalid_target":
      return new OAuthError(fault, `the resource ${wrong_resource} is not one that this ${kind} may ask for`);
    case "invalid_scope":
      return new OAuthError(fault, "requested scope is not allowed", { ...(wrong_scope && { scope: wrong_scope }) });
    case "no_member":
      return new OAuthError("access_denied", notMember[kind]);
  }
};

const notMember = {
  agent: "the agent is no active member of this organization, or the organization is not active",
  client: "org is for users and agents: a client is no member of organizations",
};
