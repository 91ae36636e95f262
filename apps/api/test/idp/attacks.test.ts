import { describe, expect, test } from "vitest";
import { good } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { type Application, newApplication } from "./application.ts";
import { newBrowser } from "./browser.ts";

const world = await createWorld();

const many = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));
const won = (answers: readonly { status: number }[]) => answers.filter(({ status }) => status === 200);
const refused = { status: 400, body: { error: "invalid_grant" } };

describe("a race", () => {
  test("a code that is used 50 times at once is good once", async () => {
    const app = await newApplication(world);
    const back = await app.authorize();
    const answers = await many(50, () => app.exchange(back));
    expect(won(answers)).toHaveLength(1);
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(refused);
  });

  test("a refresh token that is used 50 times at once is good once, and its successor lives", async () => {
    const app = await newApplication(world);
    const { refresh_token } = (await app.exchange(await app.authorize())).body;
    const answers = await many(50, () => app.refresh(refresh_token));
    const [winner, ...more] = won(answers);
    expect(more).toEqual([]);
    for (const answer of answers) if (answer.status !== 200) expect(answer).toMatchObject(refused);
    expect((await app.refresh((winner as (typeof answers)[0]).body.refresh_token)).status).toBe(200);
  });

  test("ten tokens, eight tabs each: ten go on, until the old ones come again a minute later", async () => {
    const app = await newApplication(world);
    const tokens: string[] = [];
    // One after the other: so many guesses at once would be too many.
    for (let at = 0; at < 10; at += 1) tokens.push((await app.exchange(await app.authorize())).body.refresh_token);
    const answers = await many(80, (index) => app.refresh(tokens[index % 10] ?? ""));
    expect(won(answers)).toHaveLength(10);
    const next = await Promise.all(
      won(answers).map((one) => app.refresh((one as (typeof answers)[0]).body.refresh_token)),
    );
    expect(won(next)).toHaveLength(10);
    world.server.clock.advance(60_000);
    for (const token of tokens) expect(await app.refresh(token)).toMatchObject(refused);
    for (const { body } of next) expect(await app.refresh(body.refresh_token)).toMatchObject(refused);
  });
});

describe("a code", () => {
  test("is good for the client, the address and the issuer that it was made for", async () => {
    const [app, elsewhere] = [await newApplication(world), await newApplication(world)];
    const body = { name: "Other", type: "internal", confidential: true };
    const openid = { redirect_uris: [app.redirectUri] };
    const other = good(await app.api.post(`${app.issuer}/clients`, { ...body, settings: { openid } }));
    const back = await app.authorize();
    const form = {
      ...{ grant_type: "authorization_code", code: back.answer.get("code") ?? "", redirect_uri: app.redirectUri },
      code_verifier: back.verifier,
    };
    const authorization = `Basic ${btoa(`${other.id}:${other.secret}`)}`;
    expect(await app.token(form, { authorization })).toMatchObject(refused);
    expect(await elsewhere.token(form)).toMatchObject(refused);
    expect(await app.token({ ...form, redirect_uri: `${app.redirectUri}/` })).toMatchObject(refused);
    const { redirect_uri: _, ...without } = form;
    expect((await app.token(without)).status).toBe(400);
  });

  test("lives for a minute", async () => {
    const app = await newApplication(world);
    const back = await app.authorize();
    world.server.clock.advance(70_000);
    expect(await app.exchange(back)).toMatchObject(refused);
  });
});

describe("a redirect URI", () => {
  test("is compared to the letter; whoever sends another sees a page, and goes nowhere", async () => {
    const app = await newApplication(world);
    const near = [
      `${app.redirectUri}/`,
      `${app.redirectUri}?x=1`,
      `${app.redirectUri}#x`,
      app.redirectUri.replace("https", "http"),
      app.redirectUri.replace("app.example.com", "APP.example.com"),
      app.redirectUri.replace("app.example.com", "app.example.com:443"),
      app.redirectUri.replace("app.example.com", "app.example.com.evil.example"),
      app.redirectUri.replace("https://", "https://x@"),
      app.redirectUri.replace("/callback", "/x/../callback"),
      app.redirectUri.replace("/callback", "/%63allback"),
      app.redirectUri.replace("/callback", "//callback"),
      "",
    ];
    for (const redirect_uri of near) {
      const answer = await newBrowser().send(app.authorizeUrl({ redirect_uri }).url);
      expect([redirect_uri, answer.status, answer.headers.get("location")]).toEqual([redirect_uri, 400, null]);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
    const page = await newBrowser().send(app.authorizeUrl({ client_id: "<script>" }).url);
    expect([page.status, page.headers.get("location")]).toEqual([400, null]);
    expect(await page.text()).not.toContain("<script");
    // A program is told in its own language where it asks the token endpoint.
    const headers = { accept: "text/html", authorization: app.basic };
    expect((await app.token({ grant_type: "nonsense" }, headers)).body.error).toBe("unsupported_grant_type");
  });
});

describe("PKCE", () => {
  test("is not talked out of: no challenge, plain, another's verifier or none", async () => {
    const app = await newApplication(world);
    const asked = async (change: (query: URLSearchParams) => void) => {
      const url = new URL(app.authorizeUrl().url);
      change(url.searchParams);
      return new URL(await app.visit(url.href)).searchParams.get("error");
    };
    expect(await asked((query) => query.delete("code_challenge_method"))).toBe("invalid_request");
    expect(await asked((query) => query.set("code_challenge_method", "plain"))).toBe("invalid_request");
    expect(await asked((query) => query.set("code_challenge", "short"))).toBe("invalid_request");
    const none = await asked((query) => {
      query.delete("code_challenge");
      query.delete("code_challenge_method");
    });
    expect(none).toBe("invalid_request");
    for (const code_verifier of ["a".repeat(43), "", "short"]) {
      expect((await app.exchange(await app.authorize(), { code_verifier })).status).toBe(400);
    }
  });

  test("an own code without a challenge takes no verifier", async () => {
    const app = await newApplication(world, { openid: { require_pkce: false } });
    const url = new URL(app.authorizeUrl().url);
    for (const name of ["code_challenge", "code_challenge_method"]) url.searchParams.delete(name);
    const answer = new URL(await app.visit(url.href)).searchParams;
    expect((await app.exchange({ answer, verifier: "a".repeat(43) })).status).toBe(400);
  });
});

test("who has left the organization of a grant does not come back in by it", async () => {
  const app = await newApplication(world);
  const member = { member_id: app.user.id, scopes: ["invoices:read"] };
  good(await app.api.post(`${app.organization}/members`, member));
  const { refresh_token } = (await app.exchange(await app.authorize({ org: app.orgId }))).body;
  const { body } = await app.refresh(refresh_token);
  await app.api.delete(`${app.organization}/members/${app.user.id}`);
  expect(await app.refresh(body.refresh_token)).toMatchObject(refused);
  good(await app.api.post(`${app.organization}/members`, member));
  expect(await app.refresh(body.refresh_token)).toMatchObject(refused);
  const stranger = await app.authorize({ org: "org_0123456789012345678901234" });
  expect(stranger.answer.get("error")).toBe("access_denied");
});

describe("what is changed holds at the next request, in every process", () => {
  const change: [string, (app: Application, sid: string) => Promise<unknown>, boolean][] = [
    ["a blocked client", ({ api, issuer, client }) => api.post(`${issuer}/clients/${client.id}/block`), false],
    ["a suspended session", ({ api, issuer }, sid) => api.post(`${issuer}/sessions/${sid}/suspend`), true],
    ["a revoked session", ({ api, issuer }, sid) => api.post(`${issuer}/sessions/${sid}/revoke`), true],
    ["a blocked user", ({ api, issuer, user }) => api.post(`${issuer}/users/${user.id}/block`), true],
  ];
  test.each(change)("%s", async (_, apply, clientIsGood) => {
    const { app, ask } = await twoProcesses();
    const { access_token, refresh_token } = (await app.exchange(await app.authorize())).body;
    const { sid } = JSON.parse(Buffer.from(access_token.split(".")[1], "base64url").toString());
    const userinfo = (process: number) =>
      ask(process, "/userinfo", undefined, { authorization: `Bearer ${access_token}` });
    for (const process of [0, 1]) expect((await userinfo(process)).status).toBe(200);
    expect(good((await apply(app, sid)) as Parameters<typeof good>[0])).toBeTruthy();
    for (const process of [0, 1]) {
      expect((await userinfo(process)).status).toBe(401);
      const seen = await ask(process, "/introspect", { token: access_token });
      if (clientIsGood) expect([seen.status, seen.text]).toEqual([200, '{"active":false}']);
      else expect([seen.status, JSON.parse(seen.text).error]).toEqual([401, "invalid_client"]);
      const refreshed = await ask(process, "/token", { grant_type: "refresh_token", refresh_token });
      expect(JSON.parse(refreshed.text).error).toBe(clientIsGood ? "invalid_grant" : "invalid_client");
    }
  });

  test("a rotated secret, once its 15 minutes of grace are over", async () => {
    const { app, ask } = await twoProcesses();
    const { secret } = good(await app.api.post(`${app.issuer}/clients/${app.client.id}/secret/rotate`));
    const authorization = `Basic ${btoa(`${app.client.id}:${secret}`)}`;
    const statuses = async () => {
      const old = await Promise.all([0, 1].map((process) => ask(process, "/introspect", { token: "x" })));
      const fresh = await Promise.all(
        [0, 1].map((process) => ask(process, "/introspect", { token: "x" }, { authorization })),
      );
      return [...old, ...fresh].map(({ status }) => status);
    };
    expect(await statuses()).toEqual([200, 200, 200, 200]);
    world.server.clock.advance(16 * 60_000);
    expect(await statuses()).toEqual([401, 401, 200, 200]);
  });
});

/** A second process, behind the same name. */
const twoProcesses = async () => {
  const [server, another] = [world.server, await world.another()];
  const origins = [server.url, another.url];
  Object.assign(another.deps, { url: server.deps.url, idpUrl: server.deps.idpUrl });
  const app = await newApplication(world);
  const ask = async (
    process: number,
    path: string,
    form?: Record<string, string>,
    headers?: Record<string, string>,
  ) => {
    const response = await fetch(`${origins[process]}/${app.issuerId}${path}`, {
      method: form ? "POST" : "GET",
      headers: headers ?? { authorization: app.basic },
      ...(form && { body: new URLSearchParams(form) }),
    });
    return { status: response.status, text: await response.text() };
  };
  return { app, ask };
};

describe("a parameter that holds a NUL", () => {
  test("is refused before anything is kept for it", async () => {
    const app = await newApplication(world);
    for (const name of ["state", "nonce", "login_hint", "ui_locales", "org", "client_id"]) {
      const { url } = app.authorizeUrl({ [name]: "a\0b" });
      const response = await fetch(url, { redirect: "manual" });
      expect([name, response.status, response.headers.get("location")]).toEqual([name, 400, null]);
    }
  });

  test("names no client, wherever one is asked for", async () => {
    const app = await newApplication(world);
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const client_assertion = `${encoded({ alg: "ES256" })}.${encoded({ sub: "c_\0" })}.x`;
    const client_assertion_type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    const clients = [
      { client_id: "\0" },
      { client_id: "\0", client_secret: "x" },
      { client_assertion, client_assertion_type },
    ];
    for (const client of clients) {
      const form = { grant_type: "refresh_token", refresh_token: "x", token: "x", ...client };
      for (const path of ["/token", "/introspect", "/revoke"]) {
        expect(await app.post(path, form, {})).toMatchObject({ status: 401, body: { error: "invalid_client" } });
      }
    }
    expect((await fetch(`${app.url}/logout?client_id=%00`)).status).toBe(400);
  });
});

test("a form that would not fit into a link is not made one", async () => {
  const app = await newApplication(world);
  for (const path of ["/authorize", "/logout"]) {
    const [fits, not] = await Promise.all(
      [6, 13].map((size) => app.post(path, { state: "x".repeat(size * 1024) }, {})),
    );
    expect([fits?.status === 413, not?.status]).toEqual([false, 413]);
  }
});
