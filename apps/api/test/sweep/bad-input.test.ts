import { expect, test, vi } from "vitest";
import { basic } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const json = { "content-type": "application/json" };
const nested = (depth: number): string => `{"name":"x","metadata":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;

interface Wrong {
  body: unknown;
  status?: number;
  field?: string;
  code?: string;
}

test.each<[string, Wrong]>([
  ["an empty body", { body: "", field: "name", code: "required" }],
  ["an empty object", { body: {}, field: "name", code: "required" }],
  ["null", { body: "null", field: "body", code: "type" }],
  ["white space that JSON does not know", { body: "\v", field: "body" }],
  ["an unknown field that is null", { body: { name: "acme", surprise: null }, field: "surprise", code: "unknown" }],
  ["a list", { body: [], field: "body", code: "type" }],
  ["half a body", { body: '{"name":', field: "body" }],
  ["2 MiB", { body: { name: "x".repeat(2 * 1024 * 1024) }, status: 413 }],
  ["a name of another type", { body: { name: 12 }, field: "name", code: "type" }],
  ["a name that is null", { body: { name: null }, field: "name" }],
  ["an empty name", { body: { name: "" }, field: "name", code: "too_short" }],
  ["a name of spaces", { body: { name: "  \t " }, field: "name" }],
  ["a NUL in a name", { body: { name: "a\u0000b" }, field: "name" }],
  ["a NUL in a key", { body: { name: "a", metadata: { "a\u0000": "b" } }, field: "metadata.a\\u0000" }],
  ["a raw NUL", { body: '{"name":"a\u0000b"}', field: "body" }],
  ["a control character", { body: { name: "a\u001bb" }, field: "name", code: "invalid" }],
  ["half a surrogate pair", { body: '{"name":"a\\ud83eb"}', field: "name" }],
  ["a name of 10,000 characters", { body: { name: "x".repeat(10_000) }, field: "name", code: "too_long" }],
  ["an unknown field", { body: { name: "a", nmae: "b" }, field: "nmae", code: "unknown" }],
  ["JSON nested 40 deep", { body: nested(40), field: "body" }],
  ["JSON nested 100,000 deep", { body: nested(100_000), field: "body" }],
  ["__proto__", { body: '{"name":"a","__proto__":{"status":"disabled"}}', field: "body" }],
  ["constructor.prototype", { body: '{"name":"a","constructor":{"prototype":{"x":1}}}', field: "body" }],
  ["an unknown enum value", { body: { name: "a", status: "gone" }, field: "status", code: "invalid" }],
  ["an address that is none", { body: { name: "a", links: { website: "javascript:1" } }, field: "links.website" }],
  ["51 keys of metadata", { body: { name: "a", metadata: manyKeys(51) }, field: "metadata", code: "too_long" }],
  [
    "a list with 200,000 faults",
    { body: { name: "a", available_scopes: Array(200_000).fill(1) }, field: "available_scopes", code: "too_long" },
  ],
  ["metadata that is not text", { body: { name: "a", metadata: { a: 1 } }, field: "metadata.a", code: "type" }],
  [
    "a number beyond all bounds",
    {
      body: '{"name":"a","settings":{"security":{"password":{"min_length":1e400}}}}',
      field: "settings.security.password.min_length",
    },
  ],
])("%s is refused, and the answer names the field", async (_, { body, status = 400, field, code }) => {
  const { api } = await world.tenant();
  const answer = await api.post("issuers", body, json);
  expect(answer.status, answer.text.slice(0, 500)).toBe(status);
  if (field) expect(answer.body.fields).toContainEqual(expect.objectContaining({ field, ...(code && { code }) }));
  if (field) expect(answer.body.error_description).toContain(field);
  expect(answer.text).not.toMatch(/node_modules|at \w+ \(|select |postgres/i);
  expect((await api.get("issuers")).body.data).toEqual([]);
});

function manyKeys(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`key${n}`, "value"]));
}

test.each([
  "\u{1F98A} Grüße, 東京, שלום",
  "e\u0301".normalize("NFC"),
  "'; drop table issuers; --",
  "<script>alert(1)</script>",
  "\u{1F98A}".repeat(200),
  "x".repeat(200),
])("the name %j is stored as it is", async (name) => {
  const { api } = await world.tenant();
  const made = await api.post("issuers", { name });
  expect(made.status, made.text).toBe(201);
  expect((await api.get(`issuers/${made.body.data.id}`)).body.data.name).toBe(name);
  expect((await api.get(`issuers?q=${encodeURIComponent(name)}`)).body.data.length).toBe(1);
});

test("text arrives trimmed and in normal form C", async () => {
  const { api } = await world.tenant();
  const made = await api.post("issuers", { name: "  cafe\u0301  " });
  expect(made.status, made.text).toBe(201);
  expect(made.body.data.name).toBe("caf\u00e9");
});

test.each([
  ["limit=0", "limit"],
  ["limit=101", "limit"],
  ["limit=-1", "limit"],
  ["limit=x", "limit"],
  ["limit=", "limit"],
  ["limit=1.5", "limit"],
  ["limit=1e999", "limit"],
  ["limit=1&limit=2", "limit"],
  ["status=active&status=disabled", "status"],
  ["status=gone", "status"],
  ["q=", "q"],
  ["q=%00", "q"],
  ["cursor=", "cursor"],
  ["cursor=x", "cursor"],
  ["cursor=..", "cursor"],
  [`cursor=${"x".repeat(3000)}`, "cursor"],
  ["surprise=1", "surprise"],
  ["__proto__=1", "__proto__"],
  ["limit[]=1", "limit[]"],
])("the query %s is refused, and the answer names the parameter", async (query, field) => {
  const { api } = await world.tenant();
  const answer = await api.get(`issuers?${query}`);
  expect(answer.status, answer.text).toBe(400);
  expect(answer.body.fields.map((one: { field: string }) => one.field)).toEqual([field]);
});

test.each(["limit=1.0", "limit=100", "q=%F0%9F%A6%8A", "q=%25", "q=_", "q=%5C"])(
  "the query %s is taken",
  async (query) => {
    const { api } = await world.tenant();
    const answer = await api.get(`issuers?${query}`);
    expect(answer.status, answer.text).toBe(200);
  },
);

test("a cursor is good for its own list, filters and account alone, whole and unchanged", async () => {
  const { api } = await world.tenant();
  for (const name of ["one", "two", "three"]) await api.post("issuers", { name });
  const { next_cursor: cursor } = (await api.get("issuers?limit=1&status=active")).body;
  const taken = await api.get(`issuers?limit=2&status=active&cursor=${cursor}`);
  expect(taken.body.data.map((issuer: { name: string }) => issuer.name)).toEqual(["two", "one"]);

  const flipped = `${cursor.startsWith("W") ? "X" : "W"}${cursor.slice(1)}`;
  const { api: other } = await world.tenant();
  const refused = [
    await api.get(`issuers?cursor=${cursor}`),
    await api.get(`issuers?status=disabled&cursor=${cursor}`),
    await api.get(`issuers?status=active&cursor=${flipped}`),
    await api.get(`issuers?status=active&cursor=${cursor.slice(0, -1)}`),
    await api.get(`issuers?status=active&cursor=${cursor}.x`),
    await api.get(`api-keys?status=active&cursor=${cursor}`),
    await other.get(`issuers?status=active&cursor=${cursor}`),
  ];
  for (const answer of refused) {
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body).toMatchObject({ error: "invalid_request", fields: [{ field: "cursor" }] });
  }
});

test.each<[string, (key: { id: string; secret: string }) => string]>([
  ["a key as Bearer", ({ id, secret }) => `Bearer ${id}:${secret}`],
  ["a secret as Bearer", ({ secret }) => `Bearer ${secret}`],
  ["broken base64", () => "Basic %%%not-base64%%%"],
  ["base64 without a colon", () => `Basic ${btoa("nothing")}`],
  ["nothing behind Basic", () => "Basic"],
  ["an unknown scheme", () => "Digest username=x"],
  ["an empty header", () => ""],
  ["the key in clear", ({ id, secret }) => `Basic ${id}:${secret}`],
  ["a NUL in the id", ({ id, secret }) => basic({ id: `${id}\u0000`, secret })],
  ["characters of ISO 8859-1", ({ id }) => basic({ id, secret: "\u00e4\u00f6" })],
  ["15 KiB of secret", ({ id }) => basic({ id, secret: "x".repeat(11_000) })],
])("%s is 401 everywhere", async (_, headerOf) => {
  const { api, key } = await world.tenant();
  for (const path of ["/v1/me", "issuers"]) {
    const answer = await api.get(path, { authorization: headerOf(key) });
    expect(answer.status, answer.text).toBe(401);
    expect(answer.body.error).toBe("unauthorized_client");
    expect(answer.headers.get("www-authenticate")).toContain("Basic");
  }
});

test("headers of more than 16 KiB are refused", async () => {
  const { api } = await world.tenant();
  const refused = await api.get("issuers", { "x-long": "x".repeat(17 * 1024) });
  expect(refused.status).toBe(400);
  expect(refused.body).toMatchObject({ error: "invalid_request", reference: refused.headers.get("x-request-id") });
  expect((await api.get("issuers", { "x-long": "x".repeat(12 * 1024) })).status).toBe(200);
});

test.each(["", "x".repeat(257)])("an Idempotency-Key of %j is refused by name", async (key) => {
  const { api } = await world.tenant();
  const answer = await api.post("issuers", { name: "a" }, { "idempotency-key": key });
  expect(answer.status, answer.text).toBe(400);
  expect(answer.body.fields).toEqual([expect.objectContaining({ field: "Idempotency-Key" })]);
});

test.each(["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;charset=UTF-8"])(
  "%s is JSON",
  async (type) => {
    const { api } = await world.tenant();
    const answer = await api.post("issuers", JSON.stringify({ name: "\u{1F98A}" }), { "content-type": type });
    expect(answer.status, answer.text).toBe(201);
    expect(answer.body.data.name).toBe("\u{1F98A}");
  },
);

test("an empty body may be of any type: it is {}", async () => {
  const { api } = await world.tenant();
  const key = await api.post("api-keys", { name: "a", restrictions: {} });
  for (const headers of [{}, json, { "content-type": "text/plain" }]) {
    const answer = await api.send("POST", `api-keys/${key.body.data.id}/rotate`, { headers });
    expect(answer.status, answer.text).toBe(200);
  }
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});

test("marks out of order by the hundred thousand are refused without being put in order", async () => {
  const { api } = await world.tenant();
  const normalize = vi.spyOn(String.prototype, "normalize");
  const answer = await api.post("issuers", { name: `a${"\u0323\u0301".repeat(100_000)}` });
  expect(answer.body.fields).toEqual([expect.objectContaining({ field: "name", code: "too_long" })]);
  expect(normalize.mock.contexts.every((text) => String(text).length < 1000)).toBe(true);
  normalize.mockRestore();
});

test("a text that is not too long, of marks alone, is refused without being put in order", async () => {
  const { api } = await world.tenant();
  const normalize = vi.spyOn(String.prototype, "normalize");
  const answer = await api.post("notes", { content: `a${"\u0301".repeat(4000)}${"\u0323".repeat(4000)}` });
  expect(answer.body.fields).toContainEqual(expect.objectContaining({ field: "content", code: "invalid" }));
  expect(normalize.mock.contexts.every((text) => String(text).length < 1000)).toBe(true);
  normalize.mockRestore();
});
