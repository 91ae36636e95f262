import type { FastifyReply, FastifyRequest } from "fastify";
import { invalid } from "../../http/problem.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { localeOf, textsOf } from "./locale.ts";
import type { Answer, PageContext, PageDefinition } from "./page.ts";
import { type Rendered, render } from "./render.ts";

interface ContextParts {
  issuer: LiveIssuer;
  request: FastifyRequest;
  reply: FastifyReply;
  /** For the page's forms. */
  token: string;
  page: Pick<PageDefinition, "inPopup" | "get">;
}

export const contextOf = (parts: ContextParts, uiLocales?: string): PageContext => {
  const {
    issuer,
    request,
    reply,
    token,
    page: { inPopup, get },
  } = parts;
  const locale = localeOf(request, uiLocales);
  const { issuer_id: _, ...params } = texted(request.params);
  const context: PageContext = {
    issuer,
    request,
    reply,
    locale,
    texts: textsOf(locale),
    csrf: token,
    params,
    query: texted(request.query),
    to: (path) => `/${issuer.id}${path}`,
    html: (view, answer) =>
      sendView({ issuer, request, reply, view, locale, address: get && addressOf(request), inPopup, answer }),
    redirect: (path) => reply.header("cache-control", "no-store").redirect(context.to(path), 303),
    leave: (url) => reply.header("cache-control", "no-store").redirect(url, 303),
    preferring: (wishes) => (wishes === undefined ? context : contextOf(parts, wishes)),
  };
  return context;
};

interface Sent extends Rendered {
  request: FastifyRequest;
  reply: FastifyReply;
  answer?: Answer | undefined;
}

export const sendView = ({ request, reply, answer = {}, ...rendered }: Sent): FastifyReply => {
  const { status = 200, ...more } = answer;
  const { issuer_id = "" } = texted(request.params);
  const { headers, body } = render(issuer_id, { ...rendered, answer: more });
  return reply.code(status).headers(headers).send(body);
};

/** The path and the query that were asked for, whatever origin the request's target names. */
export const addressOf = ({ url }: FastifyRequest): string => {
  const { pathname, search } = new URL(url, "http://issuer.invalid");
  return pathname + search;
};

/** Names with one text each: what is said twice, or holds a NUL, which no column can, is refused. */
export const texted = (given: unknown): Record<string, string> => {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(given ?? {})) {
    if (typeof value !== "string" || value.includes("\0")) {
      throw invalid({ field: name, code: "invalid", message: "must be one text" });
    }
    // Defined, not assigned: `__proto__` is a name like any other.
    Object.defineProperty(texts, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return texts;
};
