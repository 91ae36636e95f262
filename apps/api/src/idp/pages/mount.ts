import formbody from "@fastify/formbody";
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Value } from "typebox/value";
import type { Deps } from "../../deps.ts";
import { toProblem } from "../../http/errors.ts";
import { invalid, notFound, Problem } from "../../http/problem.ts";
import type { Issuers } from "../issuers.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { issuerId } from "../mount.ts";
import { serveAssets } from "./assets.ts";
import { addressOf, contextOf, sendView, texted } from "./context.ts";
import { setCookie } from "./cookies.ts";
import { type Csrf, createCsrf } from "./csrf.ts";
import { failureView } from "./failure.ts";
import { localeCookie, localeOf, named, textsOf } from "./locale.ts";
import type { FormSchema, PageDefinition } from "./page.ts";

export interface PagesOptions {
  issuers: Pick<Issuers, "get">;
  deps: Pick<Deps, "keys" | "secrets">;
  log: Pick<FastifyBaseLogger, "error">;
}

const bodyBytesMax = 64 * 1024;
const yearSeconds = 365 * 86_400;

/** Serves the pages below `/{issuer_id}/ui/`: whatever happens there, the answer is a page. */
export const mountPages = (
  app: FastifyInstance,
  { issuers, deps, log }: PagesOptions,
  pages: readonly PageDefinition[],
): void => {
  const csrf = createCsrf(deps);
  const issuerOf = async (request: FastifyRequest): Promise<LiveIssuer> => {
    const issuer = await issuers.get(texted(request.params).issuer_id ?? "");
    if (!issuer) throw notFound();
    return issuer;
  };

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    await scope.register(formbody, { bodyLimit: bodyBytesMax });
    scope.setErrorHandler(async (error: FastifyError | Problem, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) log.error({ reqId: request.id, err: problem.cause ?? problem }, problem.message);
      return sendFailure(problem, await issuerOf(request).catch(() => undefined), request, reply);
    });
    serveAssets(scope, issuers);

    for (const page of pages) {
      const url = `/${issuerId}${page.path}`;
      if (page.get) scope.get(url, async (request, reply) => show(page, await issuerOf(request), csrf, request, reply));
      if (page.post)
        scope.post(url, async (request, reply) => take(page, await issuerOf(request), csrf, request, reply));
      const methods = [...(page.get ? ["GET", "HEAD"] : []), ...(page.post ? ["POST"] : [])];
      refuseOthers(scope, url, methods);
    }
    scope.all(
      `/${issuerId}/ui/*`,
      { exposeHeadRoute: false, onRequest: async () => Promise.reject(notFound()) },
      () => {},
    );
  });
};

type Handled = Promise<FastifyReply>;

/** A GET; one that names a language keeps the choice, and comes back without it. */
const show = async (
  page: PageDefinition,
  issuer: LiveIssuer,
  csrf: Csrf,
  request: FastifyRequest,
  reply: FastifyReply,
): Handled => {
  const chosen = named(texted(request.query).ui_locales);
  if (chosen) {
    setCookie(reply, issuer, localeCookie, chosen, yearSeconds);
    return reply.header("cache-control", "no-store").redirect(withoutLanguage(addressOf(request)), 303);
  }
  if (!page.get) throw notFound();
  return page.get(contextOf({ issuer, request, reply, token: csrf.token(issuer, request, reply), page }));
};

const take = async (
  page: PageDefinition,
  issuer: LiveIssuer,
  csrf: Csrf,
  request: FastifyRequest,
  reply: FastifyReply,
): Handled => {
  if (!page.post) throw notFound();
  const { csrf: token, ...fields } = texted(request.body);
  csrf.verify(issuer, request, token);
  const form = page.form ? checked(page.form, fields) : {};
  return page.post({ ...contextOf({ issuer, request, reply, token: csrf.token(issuer, request, reply), page }), form });
};

const checked = <Schema extends FormSchema>(schema: Schema, fields: unknown) => {
  const form = Value.Clean(schema, fields);
  if (Value.Check(schema, form)) return form;
  throw invalid({ field: "body", code: "invalid", message: "is not the form of this page" });
};

const refuseOthers = (scope: FastifyInstance, url: string, methods: readonly string[]): void => {
  const allow = methods.join(", ");
  scope.route({
    method: scope.supportedMethods.filter((method) => !methods.includes(method)),
    url,
    exposeHeadRoute: false,
    onRequest: async () => {
      throw new Problem("method", `This page has ${allow}.`, { allow });
    },
    handler: () => {},
  });
};

export const sendFailure = (
  problem: Problem,
  issuer: LiveIssuer | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
) => {
  const locale = localeOf(request);
  const view = failureView(textsOf(locale), problem, request.id);
  const { allow, "retry-after": retryAfter } = problem.headers();
  if (allow) reply.header("allow", allow);
  if (retryAfter) reply.header("retry-after", retryAfter);
  // A browser would answer a 401 with a dialogue of its own.
  const status = problem.status === 401 ? 403 : problem.status;
  // It may have come up in a client's window too.
  return sendView({ issuer, request, reply, view, locale, inPopup: true, answer: { status } });
};

const withoutLanguage = (address: string): string => {
  const [path = "", query = ""] = address.split("?", 2);
  const parameters = new URLSearchParams(query);
  parameters.delete("ui_locales");
  return parameters.size > 0 ? `${path}?${parameters}` : path;
};
