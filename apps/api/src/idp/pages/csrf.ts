import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Deps } from "../../deps.ts";
import { Problem } from "../../http/problem.ts";
import type { LiveIssuer } from "../live-issuer.ts";
import { readCookie, setCookie } from "./cookies.ts";

export const csrfCookie = "authpi_csrf";

/** A form that is too old, or that another site has sent. */
export class StaleForm extends Problem {
  constructor() {
    super("denied", "The form's token is missing or not valid.");
  }
}

export interface Csrf {
  /** The token for a form of this browser; makes the browser's cookie where it has none. */
  token(issuer: Pick<LiveIssuer, "id" | "url">, request: FastifyRequest, reply: FastifyReply): string;
  /** Throws unless the form came from one of this issuer's own pages, in this browser. */
  verify(issuer: Pick<LiveIssuer, "id" | "url">, request: FastifyRequest, token: unknown): void;
}

/** The cookie holds a random value, the form its MAC: whoever can set a cookie here still cannot make a token for it. */
export const createCsrf = ({ keys, secrets }: Pick<Deps, "keys" | "secrets">): Csrf => {
  const key = derive(keys.cookies);
  const macOf = (issuerId: string, value: string): string =>
    createHmac("sha256", key).update(`${issuerId}\0${value}`).digest("base64url");
  return {
    token: (issuer, request, reply) => {
      const held = readCookie(request, csrfCookie);
      const value = held && wellFormed.test(held) ? held : secrets.nonce();
      if (value !== held) setCookie(reply, issuer, csrfCookie, value);
      return macOf(issuer.id, value);
    },
    verify: (issuer, request, token) => {
      const value = readCookie(request, csrfCookie);
      if (!isOwn(issuer, request) || !value || typeof token !== "string") throw new StaleForm();
      const expected = Buffer.from(macOf(issuer.id, value));
      const said = Buffer.from(token);
      if (said.length !== expected.length || !timingSafeEqual(said, expected)) throw new StaleForm();
    },
  };
};

const wellFormed = /^[0-9A-Za-z]{43}$/;

/**
 * What browsers say of where a form came from. `Origin` is `null` for our own forms too, as our pages say `no-referrer` (Fetch,
 * "append a request Origin header"): `Sec-Fetch-Site` and the cookie's `SameSite` then tell.
 */
const isOwn = ({ url }: Pick<LiveIssuer, "url">, { headers }: FastifyRequest): boolean => {
  const { origin } = headers;
  if (origin !== undefined && origin !== "null" && origin !== new URL(url).origin) return false;
  const site = headers["sec-fetch-site"];
  return site === undefined || site === "same-origin" || site === "none";
};

const derive = (key: KeyObject): Buffer => Buffer.from(hkdfSync("sha256", key, "", "forms of pages", 32));
