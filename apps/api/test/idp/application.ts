import { createHash, randomBytes } from "node:crypto";
import { newPlace, newUser } from "../core/support.ts";
import type { World } from "../harness/world.ts";
import { type Browser, newBrowser } from "./browser.ts";

export const password = "correct horse battery";
const redirectUri = "https://app.example.com/callback";

type At = Awaited<ReturnType<Browser["follow"]>>;
/** The token of a page's forms. */
export const tokenIn = (html: string): string => /name="csrf" value="([^"]+)"/.exec(html)?.[1] ?? "";

export interface Posted {
  status: number;
  header(name: string): string | null;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer's JSON, which the tests look into.
  body: any;
}

/** A client of an issuer with a person who signs in at it: plain HTTP, as the RFCs say it. */
export const newApplication = async (world: World, settings: Record<string, unknown> = {}, body: object = {}) => {
  const place = await newPlace(world);
  const user = await newUser(place, "ada@example.com", {
    username_type: "email",
    password,
    profile: { first_name: "Ada", last_name: "Lovelace", email: "ada@example.com" },
  });
  const { openid, ...rest } = settings as { openid?: object };
  const created = await place.api.post(`issuers/${place.issuerId}/clients`, {
    ...{ name: "App", type: "internal", confidential: true, ...body },
    settings: { ...rest, openid: { redirect_uris: [redirectUri], ...openid } },
  });
  if (created.status !== 201) throw new Error(JSON.stringify(created.body));
  const client = created.body.data as { id: string; secret: string };
  const issuer = `${world.server.deps.idpUrl}/${place.issuerId}`;
  const basic = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString("base64")}`;

  const authorizeUrl = (params: Record<string, string> = {}) => {
    const verifier = randomBytes(32).toString("base64url");
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    const query = new URLSearchParams({
      ...{ response_type: "code", client_id: client.id, redirect_uri: redirectUri, scope: "openid email profile" },
      ...{ state: "a-state", code_challenge: challenge, code_challenge_method: "S256", ...params },
    });
    return { url: `${issuer}/authorize?${query}`, verifier };
  };

  /** Fills in what the pages ask for, as the user does, until they lead elsewhere. */
  const goOn = async (browser: Browser, at: At): Promise<At> => {
    if (!at.url.startsWith(`${issuer}/ui/`)) return at;
    const html = await at.response.text();
    const fields: Record<string, string> = { identifier: "ada@example.com", password, csrf: tokenIn(html) };
    const asked = [...html.matchAll(/<input[^>]* name="([^"]+)"/g)].map(([, name = ""]) => name);
    const form = Object.fromEntries(asked.flatMap((name) => (fields[name] ? [[name, fields[name]]] : [])));
    const sent = await browser.send(at.url, { method: "POST", form });
    const location = sent.headers.get("location");
    if (location === null) throw new Error(`${sent.status} ${await sent.text()}`);
    return goOn(browser, await browser.follow(new URL(location, at.url).href, issuer));
  };

  /** Goes through the pages as the user, to where the client is told. */
  const visit = async (url: string, browser: Browser = newBrowser()): Promise<string> =>
    (await goOn(browser, await browser.follow(url, issuer))).url;
  /** The same with a request of this client's own. */
  const authorize = async (params: Record<string, string> = {}, browser: Browser = newBrowser()) => {
    const { url: asked, verifier } = authorizeUrl(params);
    const url = await visit(asked, browser);
    return { browser, verifier, url, answer: new URL(url).searchParams };
  };

  const post = async (
    path: string,
    form: Record<string, string>,
    headers: Record<string, string> = { authorization: basic },
  ): Promise<Posted> => {
    const response = await fetch(`${issuer}${path}`, { method: "POST", headers, body: new URLSearchParams(form) });
    const text = await response.text();
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      text,
      body: text.startsWith("{") ? JSON.parse(text) : undefined,
    };
  };
  const token = (form: Record<string, string>, headers?: Record<string, string>) => post("/token", form, headers);
  const exchange = ({ answer, verifier }: { answer: URLSearchParams; verifier: string }, more = {}) =>
    token({
      ...{ grant_type: "authorization_code", code: answer.get("code") ?? "", redirect_uri: redirectUri },
      ...{ code_verifier: verifier, ...more },
    });
  const refresh = (refreshToken: string, more = {}) =>
    token({ grant_type: "refresh_token", refresh_token: refreshToken, ...more });

  return {
    ...place,
    user,
    client,
    url: issuer,
    basic,
    redirectUri,
    authorizeUrl,
    visit,
    authorize,
    post,
    token,
    exchange,
    refresh,
  };
};
export type Application = Awaited<ReturnType<typeof newApplication>>;
