import type { FastifyReply, FastifyRequest } from "fastify";

/** An answer of RFC 6749, 5.2. The description is for the caller; `cause` is for the log. */
export class OAuthError extends Error {
  readonly error: string;
  readonly status: number;
  /** The scope that was refused. */
  readonly scope: string | undefined;

  constructor(error: string, description: string, { scope, cause }: { scope?: string; cause?: unknown } = {}) {
    super(description, cause === undefined ? undefined : { cause });
    this.error = error;
    this.status = error === "invalid_client" ? 401 : 400;
    this.scope = scope;
  }
}

export const invalidRequest = (description: string, cause?: unknown): OAuthError =>
  new OAuthError("invalid_request", description, { cause });

/** Whatever is wrong with the proof or with who gave it: the answer is the same, and the log knows. */
export const invalidClient = (cause: string | Error): OAuthError =>
  new OAuthError("invalid_client", "client authentication failed", { cause });

/** Nothing that a token endpoint says may be kept (RFC 6749, 5.1). */
export const noStore = { "cache-control": "no-store" } as const;

export const sendOAuthError = (
  problem: OAuthError,
  issuerUrl: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply => {
  const { error, message, scope, status } = problem;
  if (status === 401 && request.headers.authorization !== undefined) {
    const said = Object.entries({ realm: issuerUrl, error, error_description: message });
    const members = said.map(([name, value]) => `${name}="${value.replace(/["\\]/g, "\\$&")}"`);
    reply.header("www-authenticate", `Basic ${members.join(", ")}`);
  }
  return reply
    .code(status)
    .headers(noStore)
    .type("application/json; charset=utf-8")
    .send(JSON.stringify({ error, error_description: message, ...(scope !== undefined && { scope }) }));
};
