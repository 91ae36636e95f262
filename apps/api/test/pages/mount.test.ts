import { issuerSettingsDefault } from "@authpi/schema";
import { fastify } from "fastify";
import { Type } from "typebox";
import { expect, test } from "vitest";
import { notFound, Problem } from "../../src/http/problem.ts";
import type { LiveIssuer } from "../../src/idp/live-issuer.ts";
import { mountIdp } from "../../src/idp/mount.ts";
import { mountPages } from "../../src/idp/pages/mount.ts";
import { definePage, type PageDefinition } from "../../src/idp/pages/page.ts";
import { error } from "../../src/idp/pages/views/error.ts";
import type { Runtime } from "../../src/idp/runtime.ts";
import { testDeps } from "../harness/deps.ts";

const id = `i_${"1".repeat(25)}`;
const other = `i_${"2".repeat(25)}`;
const origin = "https://id.example.com";
const problems: Record<string, () => Error> = {
  limited: () => new Problem("rateLimited", "Too often.", { retryAfterSeconds: 900 }),
  unauthorized: () => new Problem("unauthorized", "No."),
  missing: notFound,
  broken: () => new Error("a secret of the database"),
};
const form = Type.Object({ name: Type.String(), note: Type.Optional(Type.String()) });
const pages: PageDefinition[] = [
  definePage({
    path: "/ui/form",
    form,
    get: ({ html, csrf, texts, query }) =>
      html(error(texts, { title: texts.signIn.title, message: query.q ?? "none", reference: csrf })),
    post: ({ redirect, form: { name, ...rest } }) => redirect(`/ui/done?name=${name}&${Object.keys(rest)}`),
  }),
  definePage({
    path: "/ui/fail/:kind",
    get: ({ params: { kind = "" } }) => {
      throw problems[kind]?.() ?? notFound();
    },
  }),
  definePage({
    path: "/ui/client",
    inPopup: true,
    get: ({ html, texts }) => {
      const formActions = [
        "https://app.example.com/cb?x=1",
        "com.example.app:/cb",
        "http://[::1]:8000/cb",
        "javascript:alert(1)",
      ];
      const view = error(texts, { title: "A client", message: "", reference: "" });
      return html(view, { formActions, images: ["https://logo.example/a.png", "not a url", null] });
    },
  }),
];

const start = () => {
  const logged: unknown[] = [];
  const app = fastify({ genReqId: () => "req_1" });
  const issuer = (issuerId: string): LiveIssuer => {
    const branding = {
      ...issuerSettingsDefault.branding,
      primary_color: "#ffd400",
      logo_url: "https://cdn.example/l.png",
    };
    const settings = { ...issuerSettingsDefault, branding };
    const links = {
      privacy_policy: "https://acme.example/p",
      terms_of_service: null,
      website: null,
      support: null,
      documentation: null,
    };
    // What the pages take of an issuer, and nothing of its provider.
    return { id: issuerId, url: `${origin}/${issuerId}`, name: "Acme & Co", links, settings } as LiveIssuer;
  };
  const issuers = { get: async (issuerId: string) => ([id, other].includes(issuerId) ? issuer(issuerId) : undefined) };
  // Nothing of it reaches a database.
  mountIdp(app, { issuers, runtime: { deps: testDeps(), outgoing: {} } as Runtime });
  mountPages(app, { issuers, deps: testDeps(), log: { error: (...told: unknown[]) => logged.push(told) } }, pages);
  const get = (path: string, headers: Record<string, string> = {}) => app.inject({ url: path, headers });
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url: path,
      headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
      body,
    });
  /** A browser that has the form open. */
  const open = async (issuerId = id) => {
    const answer = await get(`/${issuerId}/ui/form`);
    const cookie = String(answer.headers["set-cookie"]).split(";")[0] ?? "";
    const [, token = ""] = /class="reference">([^<]+)</.exec(answer.body) ?? [];
    return { cookie, token };
  };
  return { app, get, post, open, logged };
};

test("a page carries the headers that keep it to itself, and a cookie of its issuer's path alone", async () => {
  const { get } = start();
  const { statusCode, headers, body } = await get(`/${id}/ui/form`);
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "content-security-policy":
      "default-src 'none'; style-src 'self'; img-src 'self' data: https://cdn.example; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
  });
  expect(headers["set-cookie"]).toMatch(
    new RegExp(`^authpi_csrf=[0-9A-Za-z]{43}; Path=/${id}; HttpOnly; SameSite=Lax; Secure$`),
  );
  expect(body).toContain("<title>Sign in · Acme &#38; Co</title>");
  expect(body).not.toMatch(/<script|<style| style=| on\w+=/);
});

test("a page of a client's interaction lets its forms lead to the client, and nowhere else", async () => {
  const { get } = start();
  const { headers } = await get(`/${id}/ui/client`);
  expect(headers["content-security-policy"]).toContain(
    "img-src 'self' data: https://cdn.example https://logo.example; form-action 'self' https://app.example.com com.example.app: http:; frame",
  );
  expect(headers["cross-origin-opener-policy"]).toBe("unsafe-none");
});

test("a form is taken from its own page, and answered with a 303", async () => {
  const { post, open } = start();
  const { cookie, token } = await open();
  const headers = { cookie, origin: "null", "sec-fetch-site": "same-origin" };
  const answer = await post(`/${id}/ui/form`, `csrf=${token}&name=Ada&unknown=1&__proto__=x`, headers);
  expect(answer.statusCode).toBe(303);
  expect(answer.headers.location).toBe(`/${id}/ui/done?name=Ada&`);
});

test.each([
  ["no token", { body: "name=Ada" }],
  ["another token", { body: "csrf=x&name=Ada" }],
  ["no cookie", { cookie: "" }],
  ["another cookie", { cookie: `authpi_csrf=${"a".repeat(43)}` }],
  ["another site's page", { headers: { "sec-fetch-site": "cross-site" } }],
  ["a page of a sibling domain", { headers: { "sec-fetch-site": "same-site" } }],
  ["another origin", { headers: { origin: "https://evil.example" } }],
  ["another issuer's page", { issuer: other }],
])(
  "a form with %s is refused",
  async (_, change: { body?: string; cookie?: string; headers?: object; issuer?: string }) => {
    const { post, open } = start();
    const { cookie, token } = await open(change.issuer);
    const headers = { cookie: change.cookie ?? cookie, ...change.headers };
    const answer = await post(`/${id}/ui/form`, change.body ?? `csrf=${token}&name=Ada`, headers);
    expect(answer.statusCode).toBe(403);
    expect(answer.body).toContain("This page is out of date");
  },
);

test.each([
  ["a field twice", (token: string) => `csrf=${token}&name=Ada&name=Grace`, 400],
  ["a field that is missing", (token: string) => `csrf=${token}&note=x`, 400],
  ["a NUL", (token: string) => `csrf=${token}&name=a%00`, 400],
  ["more than 64 KiB", (token: string) => `csrf=${token}&name=${"a".repeat(70_000)}`, 413],
])("a form with %s is an error page", async (_, body, status) => {
  const { post, open } = start();
  const { cookie, token } = await open();
  const answer = await post(`/${id}/ui/form`, body(token), { cookie });
  expect(answer.statusCode).toBe(status);
  expect(answer.body).toContain("Something in the request is not right");
  const json = await post(`/${id}/ui/form`, "{}", { cookie, "content-type": "application/json" });
  expect(json.statusCode).toBe(415);
});

test.each([
  ["/ui/nowhere", 404, "There is no such page"],
  ["/ui/fail/missing", 404, "There is no such page"],
  ["/ui/fail/limited", 429, "Please wait 15 minutes"],
  ["/ui/fail/unauthorized", 403, "This is not allowed"],
  ["/ui/fail/broken", 500, "Something went wrong"],
  ["/ui/form?q=1&q=2", 400, "Something in the request is not right"],
])("%s answers %i as a page with the request's reference", async (path, status, text) => {
  const { get, logged } = start();
  const { statusCode, headers, body } = await get(`/${id}${path}`);
  expect(statusCode).toBe(status);
  expect(body).toContain(text);
  expect(body).toContain("req_1");
  expect(body).toContain("https://acme.example/p");
  expect(body).not.toContain("secret");
  expect(headers["www-authenticate"]).toBeUndefined();
  expect(headers["retry-after"]).toBe(status === 429 ? "900" : undefined);
  expect(logged).toHaveLength(status === 500 ? 1 : 0);
});

test("another method is a 405 that names those of the page; an unknown issuer is nobody's page", async () => {
  const { app, get } = start();
  const refused = await app.inject({ method: "DELETE", url: `/${id}/ui/form` });
  expect([refused.statusCode, refused.headers.allow]).toEqual([405, "GET, HEAD, POST"]);
  expect(refused.body).toContain("This page cannot be used like that");
  const unknown = await get(`/i_${"9".repeat(25)}/ui/form`);
  expect(unknown.statusCode).toBe(404);
  expect(unknown.body).toContain("<title>There is no such page · AuthPI</title>");
  expect((await get(`/${id}/unknown`)).headers["content-type"]).toContain("json");
});

test("the language is the reader's choice, then the browser's; choosing one is kept", async () => {
  const { get } = start();
  const titleIn = async (headers: Record<string, string>) =>
    /<title>([^ ]+)/.exec((await get(`/${id}/ui/form`, headers)).body)?.[1];
  expect(await titleIn({})).toBe("Sign");
  expect(await titleIn({ "accept-language": "de, fr-CA;q=0.8, en;q=0.5" })).toBe("Se");
  expect(await titleIn({ "accept-language": "fr;q=0, en" })).toBe("Sign");
  expect(await titleIn({ cookie: "authpi_locale=fr", "accept-language": "en" })).toBe("Se");
  const chosen = await get(`/${id}/ui/form?q=a%26b&ui_locales=de%20fr-CA`);
  expect(chosen.statusCode).toBe(303);
  expect(chosen.headers.location).toBe(`/${id}/ui/form?q=a%26b`);
  expect(chosen.headers["set-cookie"]).toMatch(
    new RegExp(`^authpi_locale=fr; Path=/${id}; HttpOnly; SameSite=Lax; Max`),
  );
  const body = (await get(`/${id}/ui/form?q=1`)).body;
  expect(body).toContain(`href="/${id}/ui/form?q&#61;1&#38;ui_locales&#61;fr" hreflang="fr"`);
});

test("stylesheets are kept for ever under their hash, and not under any other", async () => {
  const { get } = start();
  const { body } = await get(`/${id}/ui/form`);
  const sheets = [...body.matchAll(/rel="stylesheet" href="([^"]+)"/g)].map(
    ([, href]) => href?.replace("&#61;", "=") ?? "",
  );
  expect(sheets).toHaveLength(2);
  for (const href of sheets) {
    const { headers, statusCode } = await get(href);
    expect(statusCode).toBe(200);
    expect(headers["content-type"]).toBe("text/css; charset=utf-8");
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect((await get(href.replace(/\.[0-9a-f]{16}\./, `.${"0".repeat(16)}.`))).headers["cache-control"]).toBe(
      "no-cache",
    );
  }
  expect((await get(`/${id}/ui/assets/other.css`)).statusCode).toBe(404);
});
