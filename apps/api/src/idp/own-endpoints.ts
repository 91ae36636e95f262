import type { FastifyError, FastifyInstance } from "fastify";
import { toProblem } from "../http/errors.ts";
import { notFound, type Problem } from "../http/problem.ts";
import type { Refusals } from "../limits/refusals.ts";
import type { Verifier } from "../verification/verifier.ts";
import type { Issuers } from "./issuers.ts";
import { answerKeyinfo } from "./keyinfo.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { logoutOf } from "./logout.ts";
import { formType, type IssuerRequest, issuerId, linkBytesMax, preflight, requireMethod } from "./mount.ts";
import { sendFailure } from "./pages/mount.ts";
import type { Runtime } from "./runtime.ts";
import { answerUserinfo } from "./userinfo.ts";

export interface OwnEndpointsOptions {
  issuers: Pick<Issuers, "get">;
  runtime: Runtime;
  /** Verifies the keys of organizations. */
  keys: Pick<Verifier, "check">;
  /** Counts the bad credentials, together with those of the Core API. */
  refusals: Refusals;
}

/** The endpoints of the protocol that the provider has no part in. */
export const mountOwnEndpoints = (
  app: FastifyInstance,
  { issuers, runtime, keys, refusals }: OwnEndpointsOptions,
): void => {
  const active = async ({ params }: IssuerRequest): Promise<LiveIssuer> => {
    const issuer = await issuers.get(params.issuer_id);
    if (!issuer) throw notFound();
    return issuer;
  };
  const takeForms = (scope: FastifyInstance): void => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(formType, { parseAs: "string" }, (_request, body, done) => done(null, body));
  };

  app.register(async (scope) => {
    takeForms(scope);
    scope.all(`/${issuerId}/userinfo`, { exposeHeadRoute: false }, async (request: IssuerRequest, reply) => {
      reply.header("access-control-allow-origin", "*");
      if (request.method === "OPTIONS") return preflight(reply, "GET, POST", "authorization, content-type");
      requireMethod(request.method, ["GET", "HEAD", "POST", "OPTIONS"]);
      return answerUserinfo(runtime, refusals, await active(request), request, reply);
    });
    scope.all(`/${issuerId}/keyinfo`, { exposeHeadRoute: false }, async (request: IssuerRequest, reply) => {
      requireMethod(request.method, ["GET", "HEAD"]);
      return answerKeyinfo(runtime, { keys, refusals }, await active(request), request, reply);
    });
  });

  app.register(async (scope) => {
    takeForms(scope);
    scope.setErrorHandler(async (error: FastifyError | Problem, request: IssuerRequest, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) runtime.log.error({ err: problem.cause ?? problem }, problem.message);
      const issuer = await active(request).catch(() => undefined);
      return sendFailure(problem, issuer, request, reply);
    });
    const answerLogout = logoutOf(runtime);
    scope.all(
      `/${issuerId}/logout`,
      { exposeHeadRoute: false, bodyLimit: linkBytesMax },
      async (request: IssuerRequest, reply) => {
        // No HEAD: who looks whether it is there would be signed out.
        requireMethod(request.method, ["GET", "POST"]);
        return answerLogout(await active(request), request, reply);
      },
    );
  });
};
