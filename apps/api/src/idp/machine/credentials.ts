import { decodeJwt } from "jose";
import type { Params } from "./form.ts";
import { invalidClient, invalidRequest } from "./oauth-error.ts";

export type AuthMethod = "client_secret_basic" | "client_secret_post" | "private_key_jwt" | "none";

/** How a client or an agent says who it is; nothing of it is proved yet. */
export interface Presented {
  id: string;
  method: AuthMethod;
  secret?: string;
  assertion?: string;
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const single = ["client_id", "client_secret", "client_assertion", "client_assertion_type"] as const;

/**
 * The one credential of a request (RFC 6749, 2.3; RFC 7523, 2.2), read in the order in which the provider reads it.
 *
 * @throws {OAuthError}
 */
export const credentialsOf = (authorization: string | undefined, params: Params): Presented => {
  requireOnce(params, single);
  const { client_id, client_secret, client_assertion, client_assertion_type } = params as Readonly<
    // None of them is a list: that was just refused.
    Record<string, string | undefined>
  >;
  if ([authorization, client_assertion, client_secret].filter(Boolean).length > 1) {
    throw invalidRequest("client authentication must only be provided using one mechanism");
  }
  if (client_secret) return { id: idOf(client_id), method: "client_secret_post", secret: client_secret };
  if (authorization !== undefined) {
    const { id, secret } = basicOf(authorization);
    const named = idOf(id, client_id);
    if (!secret) throw invalidRequest("client_secret must be provided in the Authorization header");
    return { id: named, method: "client_secret_basic", secret };
  }
  if (client_assertion !== undefined) {
    const sub = subjectOf(client_assertion);
    if (client_assertion_type === undefined) throw invalidRequest("client_assertion_type must be provided");
    if (client_assertion_type !== assertionType) {
      throw invalidRequest(`client_assertion_type must have value ${assertionType}`);
    }
    return { id: idOf(sub, client_id), method: "private_key_jwt", assertion: client_assertion };
  }
  return { id: idOf(client_id), method: "none" };
};

/** @throws {OAuthError} naming those of the parameters that stand there twice. */
export const requireOnce = (params: Params, names: readonly string[]): void => {
  const twice = names.filter((name) => Array.isArray(params[name]));
  if (twice.length === 0) return;
  const list = new Intl.ListFormat("en").format(twice.map((name) => `'${name}'`));
  throw invalidRequest(`${list} ${twice.length === 1 ? "parameter" : "parameters"} must not be provided twice`);
};

const idOf = (id: string | undefined, also?: string): string => {
  if (!id) throw invalidRequest("no client authentication mechanism provided");
  if (also !== undefined && also !== id) throw invalidRequest("client_id mismatch");
  return id;
};

/** Both parts are form-encoded before they are joined (RFC 6749, 2.3.1). */
const basicOf = (authorization: string): { id: string; secret: string } => {
  const [scheme, encoded = "", ...rest] = authorization.split(" ");
  const text = isBase64(encoded) ? Buffer.from(encoded, "base64").toString("utf8") : "";
  const colon = text.indexOf(":");
  if (scheme?.toLowerCase() !== "basic" || rest.length > 0 || colon === -1) {
    throw invalidRequest("invalid authorization header value format");
  }
  try {
    return { id: decoded(text.slice(0, colon)), secret: decoded(text.slice(colon + 1)) };
  } catch (error) {
    throw invalidRequest("client_id and client_secret in the authorization header are not properly encoded", error);
  }
};

const isBase64 = (text: string): boolean => {
  const [, digits = "", padding = ""] = /^([A-Za-z0-9+/]+)(={0,2})$/.exec(text) ?? [];
  const rest = digits.length % 4;
  if (digits === "" || rest === 1) return false;
  return padding === "" || padding.length === 4 - rest;
};

const decoded = (part: string): string => {
  const text = decodeURIComponent(part.replace(/\+/g, "%20"));
  if (/[^\x20-\x7e]/.test(text)) throw new Error("a character that no identifier and no secret has");
  return text;
};

const subjectOf = (assertion: string): string => {
  const { sub } = claimsOf(assertion);
  if (typeof sub !== "string" || sub === "") throw invalidClient("The assertion has no sub.");
  return sub;
};

const claimsOf = (assertion: string) => {
  try {
    return decodeJwt(assertion);
  } catch (error) {
    throw invalidRequest("invalid client_assertion format", error);
  }
};
