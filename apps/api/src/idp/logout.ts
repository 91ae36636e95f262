import type { FastifyReply, FastifyRequest } from "fastify";
import type { Client } from "oidc-provider";
import { readHint } from "./id-token-hint.ts";
import type { LiveIssuer } from "./live-issuer.ts";
import { type BrowserSession, browserSession, endSession } from "./op-session.ts";
import { sendView } from "./pages/context.ts";
import { createCsrf } from "./pages/csrf.ts";
import { localeOf, textsOf } from "./pages/locale.ts";
import { error } from "./pages/views/error.ts";
import { logOut } from "./pages/views/log-out.ts";
import { loggedOut } from "./pages/views/logged-out.ts";
import type { Runtime } from "./runtime.ts";

/**
 * RP-Initiated Logout 1.0. Who comes with an ID token of the very session is signed out at once; everybody else is asked, for any
 * site could have sent them. The way back is an address of the client's, or there is none.
 */
export const logoutOf = (runtime: Runtime) => {
  const csrf = createCsrf(runtime.deps);
  return async (issuer: LiveIssuer, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const form = request.method === "POST" ? new URLSearchParams(String(request.body ?? "")) : undefined;
    const token = form?.get("csrf") ?? undefined;
    // Browsers do not send the session along with another site's form: its content comes again, as a link's would.
    if (form && token === undefined) return leave(reply, `${issuer.url}/logout?${form}`);
    if (form) csrf.verify(issuer, request, token);

    const query = new URL(request.url, issuer.url).searchParams;
    const action = `/${issuer.id}/logout?${query}`;
    const locale = localeOf(request, query.get("ui_locales") ?? undefined);
    const texts = textsOf(locale);
    const page = { issuer, request, reply, locale };
    const asked = await readRequest(issuer, query);
    if ("refused" in asked) {
      const { client: title, clientText: message } = texts.failure;
      const view = error(texts, { title, message, detail: asked.refused, reference: request.id });
      return sendView({ ...page, view, answer: { status: 400 } });
    }
    const { client, hint, back } = asked;
    const session = await browserSession(runtime, issuer, request, reply);
    if (session && !form && !(hint && isOf(session, hint))) {
      const view = logOut(texts, {
        ...{ issuer: issuer.name, csrf: csrf.token(issuer, request, reply), action },
        client: client?.clientName ? { name: client.clientName } : undefined,
      });
      return sendView({ ...page, view, answer: { formActions: back ? [back] : [] } });
    }
    if (session) await endSession(runtime, issuer, request, reply, session, { clientId: client?.clientId });
    return back ? leave(reply, back) : sendView({ ...page, view: loggedOut(texts, {}) });
  };
};

const leave = (reply: FastifyReply, url: string): FastifyReply =>
  reply.header("cache-control", "no-store").redirect(url, 303);

type Hint = NonNullable<Awaited<ReturnType<typeof readHint>>>;
interface LogoutRequest {
  client: Client | undefined;
  hint: Hint | undefined;
  /** Where the client wants its user back, with its state. */
  back: string | undefined;
}

const parameters = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"] as const;

const readRequest = async (
  issuer: LiveIssuer,
  query: URLSearchParams,
): Promise<LogoutRequest | { refused: string }> => {
  if (parameters.some((name) => query.getAll(name).length > 1)) return { refused: "a parameter is there twice" };
  const [hintText, clientId, uri, state] = parameters.map((name) => query.get(name) || undefined);
  const hint = hintText === undefined ? undefined : await readHint(issuer, hintText);
  if (hintText !== undefined && !hint) return { refused: "id_token_hint is no ID token of this issuer" };
  if (hint && clientId !== undefined && clientId !== hint.clientId) {
    return { refused: "client_id is not the client of the id_token_hint" };
  }
  const named = hint?.clientId ?? clientId;
  const client = named === undefined ? undefined : await issuer.provider.Client.find(named);
  if (clientId !== undefined && !client) return { refused: "client_id names no client" };
  if (uri === undefined) return { client, hint, back: undefined };
  if (!client) return { refused: "post_logout_redirect_uri needs an id_token_hint or a client_id" };
  if (!client.postLogoutRedirectUris?.includes(uri)) {
    return { refused: "post_logout_redirect_uri is none of the client's" };
  }
  const back = new URL(uri);
  if (state !== undefined) back.searchParams.set("state", state);
  return { client, hint, back: back.href };
};

const isOf = (session: BrowserSession, { userId, clientId, sid }: Hint): boolean =>
  session.userId === userId && (sid === undefined || session.sidFor(clientId) === sid);
