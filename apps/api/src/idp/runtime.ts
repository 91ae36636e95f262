import type { FastifyBaseLogger, FastifyRequest } from "fastify";
import Provider, { type KoaContextWithOIDC } from "oidc-provider";
import type { Database } from "../db/open.ts";
import type { Tx } from "../db/tx.ts";
import type { Deps } from "../deps.ts";
import { appendEvents, type NewEvent, type Origin } from "../events/append.ts";
import { traceOf } from "../http/origin.ts";
import type { Outgoing } from "../outgoing/outgoing.ts";
import type { TokenVerifier } from "../verification/tokens/token-verifier.ts";

/** What every issuer's runtime works with. */
export interface Runtime {
  database: Pick<Database, "transaction" | "verify" | "issuerAccount">;
  deps: Deps;
  rootIssuerId: string;
  /** Verifies the access tokens that come back. */
  tokens: Pick<TokenVerifier, "read" | "verify">;
  /** Reaches addresses that clients name. */
  outgoing: Pick<Outgoing, "send">;
  epoch: number;
  log: Pick<FastifyBaseLogger, "info" | "warn" | "error">;
}

/** Which issuer, and whose. */
export interface IssuerPlace {
  id: string;
  accountId: string;
  /** The issuer identifier. */
  url: string;
}

/** Where the provider is asked from: what the hand-over wrote into the request, never what a caller wrote. */
export interface Asker {
  trace: string;
  ip: string;
  userAgent: string | undefined;
}

export const askerAt = (request: FastifyRequest): Asker => ({
  trace: traceOf(request),
  ip: request.ip,
  userAgent: request.headers["user-agent"]?.slice(0, 500),
});

export const currentContext = (): KoaContextWithOIDC | undefined => Provider.ctx;

export const askerOf = (ctx: KoaContextWithOIDC | undefined = currentContext()): Asker => ({
  trace: ctx?.get("x-request-id") || "-",
  ip: ctx?.ip ?? "",
  userAgent: ctx?.get("user-agent").slice(0, 500) || undefined,
});

/** Writes events of the runtime in the transaction of what they tell of. */
export const record = (
  tx: Tx,
  { deps, epoch }: Pick<Runtime, "deps" | "epoch">,
  { trace, ip, userAgent }: Asker,
  { trigger, who }: { trigger: string; who: Origin["auth"] },
  events: readonly NewEvent[],
): Promise<void> => {
  const auth = { ...who, ...(ip && { ip }), ...(userAgent && { user_agent: userAgent }) };
  return appendEvents(tx, events, { source: "idp", trigger, trace, epoch, auth }, deps.ids);
};
