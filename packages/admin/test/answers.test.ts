import { expect, test } from "vitest";
import * as sdk from "../src/index.ts";
import { adminOf, failureOf, farSide, problem, type Reply, secret } from "./far-side.ts";

const get = async (reply: Reply) =>
  failureOf(adminOf(await farSide(() => reply), { retries: false }).issuers.get("i_1"));

test.each([
  [400, sdk.ValidationError],
  [401, sdk.AuthenticationError],
  [403, sdk.ForbiddenError],
  [404, sdk.NotFoundError],
  [405, sdk.ApiError],
  [409, sdk.ConflictError],
  [412, sdk.PreconditionFailedError],
  [413, sdk.ApiError],
  [422, sdk.ValidationError],
  [429, sdk.RateLimitError],
  [500, sdk.ServerError],
  [503, sdk.ServerError],
])("%i is told apart by its class", async (status, type) => {
  const error = await get(problem(status, "some_code"));
  expect(error).toBeInstanceOf(type);
  expect(error).toBeInstanceOf(sdk.ApiError);
  expect(error).toMatchObject({
    name: type.name,
    status,
    error: "some_code",
    error_description: "said of some_code",
    reference: "req_1",
    retryable: false,
    message: `${status} some_code: said of some_code (reference req_1)`,
  });
});

test("errors carry what belongs to their kind", async () => {
  const fields = [{ field: "name", code: "required", message: "is required" }];
  expect(await get(problem(400, "invalid_request", { fields }))).toMatchObject({ fields });
  expect(await get(problem(412, "precondition_failed", { current_etag: '"7"' }))).toMatchObject({
    current_etag: '"7"',
  });
  const slow = {
    ...problem(429, "rate_limited", { retryable: true }),
    headers: { "retry-after": "9", "x-more": "yes" },
  };
  expect(await get(slow)).toMatchObject({ retry_after: 9, retryable: true, headers: { "x-more": "yes" } });
});

test("a proxy's page is the error of its status, described by what it is and not by its text", async () => {
  const error = await get({ status: 502, headers: { "content-type": "text/html" }, text: `<h1>${secret}</h1>` });
  expect(error).toBeInstanceOf(sdk.ServerError);
  expect(error).toMatchObject({ status: 502, error: "unknown", retryable: true, reference: null });
  expect(String(error)).toMatch(/502 .*text\/html.*proxy/);
  expect(String(error)).not.toContain(secret);
});

test.each([
  ["a page of HTML", { headers: { "content-type": "text/html" }, text: "<h1>Hello</h1>" }],
  ["half of JSON", { text: '{"data": {"id": "i_' }],
  ["a list", { json: [] }],
  ["an empty body", { status: 200, text: "" }],
  ["nothing in data", { json: { data: null } }],
])("%s in the place of a resource is a MalformedResponseError", async (_, reply) => {
  expect(await get(reply)).toBeInstanceOf(sdk.MalformedResponseError);
});

test.each(["undici", "fetch"])("a redirect is not followed (%s)", async (kind) => {
  const elsewhere = await farSide(() => ({ json: { data: {} } }));
  const far = await farSide(() => ({ status: 302, headers: { location: elsewhere.baseUrl } }));
  const admin = adminOf(far, kind === "fetch" ? { fetch } : {});
  expect(await failureOf(admin.issuers.get("i_1"))).toBeInstanceOf(sdk.MalformedResponseError);
  expect(elsewhere.seen).toEqual([]);
});

test("a page without its envelope is a MalformedResponseError", async () => {
  const far = await farSide(() => ({ json: { data: [] } }));
  expect(await failureOf(adminOf(far).issuers.list())).toBeInstanceOf(sdk.MalformedResponseError);
});

test.each(["undici", "fetch"])(
  "an answer that is cut off is repeated, and then a MalformedResponseError (%s)",
  async (kind) => {
    const far = await farSide((_, __, response) => {
      response.writeHead(200, { "content-length": "1000" }).write('{"data": {');
      setImmediate(() => response.destroy());
      return undefined;
    });
    const admin = adminOf(far, { retries: { limit: 2, delayMs: 1 }, ...(kind === "fetch" ? { fetch } : {}) });
    expect(await failureOf(admin.issuers.get("i_1"))).toBeInstanceOf(sdk.MalformedResponseError);
    expect(far.seen).toHaveLength(3);
  },
);

test.each(["undici", "fetch"])("the time limit covers the head and the body (%s)", async (kind) => {
  const far = await farSide((seen, _, response) => {
    if (seen.url.endsWith("/i_body")) response.writeHead(200, { "content-type": "application/json" }).write('{"data"');
    return undefined;
  });
  const admin = adminOf(far, { timeoutMs: 50, ...(kind === "fetch" ? { fetch } : {}) });
  expect(await failureOf(admin.issuers.get("i_head"))).toBeInstanceOf(sdk.TimeoutError);
  expect(await failureOf(admin.issuers.get("i_body"))).toBeInstanceOf(sdk.TimeoutError);
  expect(await failureOf(admin.issuers.get("i_head", { timeoutMs: 20 }))).toMatchObject({
    message: "no answer within 20 ms",
  });
  expect(far.seen).toHaveLength(3);
});

test("a caller's abort is thrown as it was given", async () => {
  const controller = new AbortController();
  const far = await farSide(() => {
    controller.abort();
    return undefined;
  });
  const error = await failureOf(adminOf(far).issuers.get("i_1", { signal: controller.signal }));
  expect(error).toMatchObject({ name: "AbortError" });
});
