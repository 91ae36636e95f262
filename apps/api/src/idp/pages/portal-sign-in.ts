import type { ErrorName } from "@authpi/schema";
import type { FastifyReply } from "fastify";
import { Problem } from "../../http/problem.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { portalClientId, portalReturnPath } from "../portal-client.ts";
import { definePage, type PageContext } from "./page.ts";

/** What a sign-in at the issuer's own pages may ask for, by the names of OpenID Connect. */
export interface PortalSignIn {
  prompt?: "login" | "select_account" | "create";
  login_hint?: string | undefined;
  acr_values?: "2";
}

const home = "/ui/account";

/** The code is never used: this is the hash of nothing that anybody knows, so that nobody else can use it either. */
const unknownVerifier = "-".repeat(43);

/** Sends who is not signed in through the sign-in, and back to a path below the issuer, such as `/ui/account`. */
export const toSignIn = (context: PageContext, path: string, asked?: PortalSignIn): FastifyReply =>
  context.leave(signInUrl(context, path, asked));

/** The same as the address of a link. */
export const signInUrl = (
  { issuer, to }: Pick<PageContext, "issuer" | "to">,
  path: string,
  { prompt, login_hint, acr_values }: PortalSignIn = {},
): string => {
  const query = new URLSearchParams({
    client_id: portalClientId,
    redirect_uri: `${issuer.url}${portalReturnPath}`,
    response_type: "code",
    scope: "openid",
    code_challenge: unknownVerifier,
    code_challenge_method: "S256",
    state: path,
    ...(prompt && { prompt }),
    ...(login_hint && { login_hint }),
    ...(acr_values && { acr_values }),
  });
  return to(`/authorize?${query}`);
};

/** Where the sign-in at the issuer's own pages ends. What matters is the cookie that it has set: the code is left to run out. */
export const portalReturnPage = () =>
  definePage({
    path: portalReturnPath,
    inPopup: true,
    get: (context) => {
      const { error, state } = context.query;
      // The words that come along are not shown: anybody can write a link with others.
      if (error !== undefined) throw new Problem(kinds[error] ?? "invalid", "The sign-in came back with an error.");
      return context.redirect(ownPath(context.issuer, state) ?? home);
    },
  });

const kinds: Readonly<Record<string, ErrorName>> = {
  access_denied: "denied",
  server_error: "internal",
  temporarily_unavailable: "unavailable",
};

/** The path as one of this issuer's pages; undefined where a browser would end up anywhere else. */
export const ownPath = ({ id, url }: Pick<LiveIssuer, "id" | "url">, path = ""): string | undefined => {
  // A browser takes a backslash for a slash, and drops tabs and line ends.
  if (!path.startsWith("/ui/") || /[\\\s\p{Cc}]/u.test(path) || path.includes("//")) return undefined;
  const { origin } = new URL(url);
  const target = URL.parse(`${origin}/${id}${path}`);
  if (target?.origin !== origin || !target.pathname.startsWith(`/${id}/ui/`)) return undefined;
  const own = target.pathname.slice(id.length + 1);
  // It would lead in a circle.
  return own === portalReturnPath ? undefined : own + target.search + target.hash;
};
