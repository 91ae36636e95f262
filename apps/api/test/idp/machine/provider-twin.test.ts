import { once } from "node:events";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, describe, expect, test } from "vitest";
import { createBareProvider, serveBare } from "../../bench/bare-provider.ts";
import { createWorld } from "../../harness/world.ts";
import { newMachinePlace } from "./support.ts";

const world = await createWorld();
const place = await newMachinePlace(world);
const scopes = ["invoices:read", "invoices:write"];
const resources = ["https://api.example.com"];
const { id, secret } = await place.client({ scopes, openid: { resources } });

const server = createServer();
server.listen(0, "127.0.0.1");
await once(server, "listening");
afterAll(() => server.close());
const twinUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const client = {
  ...{ client_id: id, client_secret: secret, redirect_uris: [], response_types: [] },
  ...{ grant_types: ["client_credentials"], scope: scopes.join(" ") },
};
serveBare(await createBareProvider({ url: twinUrl, client, scopes, resources }), server);

interface Sent {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}
interface Got {
  status: number | undefined;
  type: string | undefined;
  cache: string | undefined;
  challenge: string | undefined;
  body: Record<string, unknown>;
}

const send = async (url: string, { method = "POST", headers = {}, body }: Sent): Promise<Got> => {
  const sent = request(`${url}/token`, { method, headers });
  sent.end(body);
  const [answer] = await once(sent, "response");
  const said = await text(answer);
  const { "content-type": type, "cache-control": cache, "www-authenticate": challenge } = answer.headers;
  const parsed = JSON.parse(said || "{}") as Record<string, unknown>;
  if (typeof parsed.access_token === "string") parsed.access_token = shapeOf(parsed.access_token);
  return { status: answer.statusCode, type, cache, challenge: challenge?.replace(url, "<issuer>"), body: parsed };
};

/** A token without what differs from one to the next; what is ours alone is told apart below. */
const shapeOf = (token: string): object => {
  const { kid: _kid, ...header } = decodeProtectedHeader(token);
  const { iss: _iss, iat = 0, exp = 0, jti: _jti, dat: _dat, ...claims } = decodeJwt(token);
  return { header, claims, lifetime: exp - iat };
};

const form = { "content-type": "application/x-www-form-urlencoded" };
const basic = (user = id, password = secret) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
});
const asked = "grant_type=client_credentials&scope=invoices%3Aread";
const inBody = `${asked}&client_id=${id}`;
const wrongSecret = `acs_${"0".repeat(49)}`;
const assertionType = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer";
const jwt = (claims: object) =>
  [{ alg: "ES256" }, claims, "x"].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".");

/** What both answer alike, to the byte but for the token itself. */
const alike: Record<string, Sent> = {
  "a good secret, Basic": { headers: { ...form, ...basic() }, body: asked },
  "both parts form-encoded": {
    headers: { ...form, ...basic(id.replace("_", "%5f"), secret.replace("_", "%5F")) },
    body: asked,
  },
  "the scheme in lower case": {
    headers: { ...form, authorization: basic().authorization.replace("B", "b") },
    body: asked,
  },
  "two scopes": { headers: { ...form, ...basic() }, body: `${asked}+invoices%3Awrite` },
  "a scope twice": { headers: { ...form, ...basic() }, body: `${asked}+invoices%3Aread` },
  "a resource of the client": {
    headers: { ...form, ...basic() },
    body: `${asked}&resource=https%3A%2F%2Fapi.example.com`,
  },
  "a resource that is no URI": { headers: { ...form, ...basic() }, body: `${asked}&resource=api` },
  "a resource with a fragment": {
    headers: { ...form, ...basic() },
    body: `${asked}&resource=https%3A%2F%2Fa.test%2F%23b`,
  },
  "an unknown parameter": { headers: { ...form, ...basic() }, body: `${asked}&colour=blue&colour=red` },
  "an empty parameter": { headers: { ...form, ...basic() }, body: `${asked}&client_secret=&resource=` },
  "a client_id beside Basic": { headers: { ...form, ...basic() }, body: inBody },
  "a charset": { headers: { "content-type": `${form["content-type"]}; charset=utf-8`, ...basic() }, body: asked },
  "a charset of two bytes": {
    headers: { "content-type": `${form["content-type"]}; charset=utf-16le`, ...basic() },
    body: Buffer.from(asked, "utf16le"),
  },
  "a charset that there is not": {
    headers: { "content-type": `${form["content-type"]}; charset=nope`, ...basic() },
    body: asked,
  },
  "a body that comes in chunks": { headers: { ...form, ...basic(), "transfer-encoding": "chunked" }, body: asked },
  "a body that is too large": { headers: { ...form, ...basic() }, body: `${asked}&x=${"y".repeat(60_000)}` },
  "a wrong secret, Basic": { headers: { ...form, ...basic(id, wrongSecret) }, body: asked },
  "a wrong secret, in the body": { headers: form, body: `${inBody}&client_secret=${wrongSecret}` },
  "an unknown client": { headers: { ...form, ...basic(`c_${"0".repeat(25)}`) }, body: asked },
  "a client that cannot be": { headers: { ...form, ...basic("nobody") }, body: asked },
  "no authentication": { headers: form, body: asked },
  "a client_id alone": { headers: form, body: inBody },
  "two mechanisms": { headers: { ...form, ...basic() }, body: `${inBody}&client_secret=${secret}` },
  "another client_id": { headers: { ...form, ...basic() }, body: `${asked}&client_id=c_other` },
  "an empty secret": { headers: { ...form, ...basic(id, "") }, body: asked },
  "Basic without a colon": { headers: { ...form, authorization: `Basic ${btoa(id)}` }, body: asked },
  "Basic that is not base64": { headers: { ...form, authorization: "Basic ~" }, body: asked },
  "Basic that is badly encoded": { headers: { ...form, ...basic(id, "%zz") }, body: asked },
  "Basic that is no text": { headers: { ...form, ...basic(id, "%00") }, body: asked },
  "another scheme": { headers: { ...form, authorization: `Bearer ${secret}` }, body: asked },
  "an assertion that is none": {
    headers: form,
    body: `${asked}&client_assertion=x&client_assertion_type=${assertionType}`,
  },
  "an assertion of nobody": {
    headers: form,
    body: `${asked}&client_assertion=${jwt({})}&client_assertion_type=${assertionType}`,
  },
  "an assertion without its type": { headers: form, body: `${asked}&client_assertion=${jwt({ sub: id })}` },
  "an assertion of another type": {
    headers: form,
    body: `${asked}&client_assertion=${jwt({ sub: id })}&client_assertion_type=x`,
  },
  "an assertion in place of a secret": {
    headers: form,
    body: `${asked}&client_assertion=${jwt({ sub: id })}&client_assertion_type=${assertionType}`,
  },
  "the scope twice": { headers: { ...form, ...basic() }, body: `${asked}&scope=x` },
  "the client_id twice": { headers: form, body: `${inBody}&client_id=${id}&client_secret=${secret}` },
  "two parameters twice": { headers: form, body: `${inBody}&client_id=${id}&client_secret=x&client_secret=y` },
  "the grant_type twice": { headers: { ...form, ...basic() }, body: `${asked}&grant_type=client_credentials` },
  "no grant_type": { headers: { ...form, ...basic() }, body: "scope=x" },
  "another grant_type": { headers: { ...form, ...basic() }, body: "grant_type=password" },
  "a scope with a quote": { headers: { ...form, ...basic() }, body: "grant_type=client_credentials&scope=%22" },
  "a scope with two spaces": { headers: { ...form, ...basic() }, body: "grant_type=client_credentials&scope=a++b" },
  "an empty body": { headers: { ...form, ...basic() }, body: "" },
  JSON: {
    headers: { "content-type": "application/json", ...basic() },
    body: JSON.stringify({ grant_type: "client_credentials" }),
  },
  "no content type": { headers: basic(), body: asked },
};

test.each(Object.entries(alike))("%s: the answer is the provider's own", async (_, sent) => {
  const [ours, theirs] = [await send(place.issuerUrl, sent), await send(twinUrl, sent)];
  expect(ours).toEqual(theirs);
});

describe("where the answer is another on purpose", () => {
  const differently = async (sent: Sent) => {
    const both = [await send(place.issuerUrl, sent), await send(twinUrl, sent)];
    return both.map(({ status, body }) => [status, body.error ?? body.scope ?? "no scope"]);
  };

  test("the secret comes by the registered method alone (contract)", async () => {
    const sent = { headers: form, body: `${inBody}&client_secret=${secret}` };
    expect(await differently(sent)).toEqual([
      [401, "invalid_client"],
      [200, "invoices:read"],
    ]);
  });

  test("a scope that the client may not ask for is refused; the provider leaves it out", async () => {
    const sent = { headers: { ...form, ...basic() }, body: `${asked}+other` };
    expect(await differently(sent)).toEqual([
      [400, "invalid_scope"],
      [200, "invoices:read"],
    ]);
  });

  test("who asks for no scope is given all of its own (RFC 6749, 3.3)", async () => {
    const sent = { headers: { ...form, ...basic() }, body: "grant_type=client_credentials" };
    expect(await differently(sent)).toEqual([
      [200, "invoices:read invoices:write"],
      [200, "no scope"],
    ]);
  });

  test("a GET is answered with what the path has", async () => {
    const { status } = await send(place.issuerUrl, { method: "GET" });
    expect(status).toBe(405);
  });
});
