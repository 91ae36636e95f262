import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterEach, expect, test, vi } from "vitest";
import { AuthPIAdmin, type AuthPIAdminOptions, ConfigurationError } from "../src/index.ts";
import { adminOf, failureOf, farSide, problem, secret } from "./far-side.ts";

const apiKey = { id: "key_1", secret };
afterEach(() => vi.unstubAllEnvs());

// Programs without types give anything: the casts stand for them.
const wrong: [string, unknown, RegExp][] = [
  ["no credential", {}, /apiKey.*accessToken/],
  ["two credentials", { apiKey, accessToken: "t" }, /not both/],
  ["a key without its secret", { apiKey: { id: "key_1", secret: undefined } }, /apiKey\.secret/],
  ["a key without its id", { apiKey: { id: "", secret } }, /apiKey\.id/],
  ["an id with a colon", { apiKey: { id: "a:b", secret } }, /colon/],
  ["a token with a line break", { accessToken: "a\nb" }, /accessToken/],
  ["an address that is none", { apiKey, baseUrl: "localhost" }, /baseUrl/],
  ["an address of another kind", { apiKey, baseUrl: "ftp://localhost" }, /baseUrl/],
  ["an address with a password", { apiKey, baseUrl: `http://a:${secret}@localhost` }, /baseUrl/],
  ["a time limit of nothing", { apiKey, timeoutMs: 0 }, /timeoutMs/],
  ["a time limit that no timer holds", { apiKey, timeoutMs: 2 ** 31 }, /timeoutMs/],
  ["a negative number of retries", { apiKey, retries: { limit: -1 } }, /retries\.limit/],
  ["a header with a line break", { apiKey, headers: { "x-a": `a\r\nb: ${secret}` } }, /x-a/],
];

test.each(wrong)("%s is a ConfigurationError that says what to change", (_, options, message) => {
  const make = () => new AuthPIAdmin(options as AuthPIAdminOptions);
  expect(make).toThrow(ConfigurationError);
  expect(make).toThrow(message);
  expect(make).not.toThrow(secret);
});

test.each(["Authorization", "HOST", "user-agent", "Idempotency-Key", "content-length"])(
  "the header %s cannot be overridden",
  async (name) => {
    expect(() => new AuthPIAdmin({ apiKey, headers: { [name]: "x" } })).toThrow(ConfigurationError);
    const far = await farSide(() => ({ json: { data: {} } }));
    expect(await failureOf(adminOf(far).issuers.get("i_1", { headers: { [name]: "x" } }))).toBeInstanceOf(
      ConfigurationError,
    );
    expect(far.seen).toEqual([]);
  },
);

test("headers of the client and of the call are sent, the call's first", async () => {
  const far = await farSide(() => ({ json: { data: {} } }));
  const admin = adminOf(far, { headers: { "X-A": "client", "X-B": "client" } });
  await admin.issuers.get("i_1", { headers: { "x-b": "call", "X-Client-IP": "203.0.113.7" } });
  expect(far.seen[0]?.headers).toMatchObject({ "x-a": "client", "x-b": "call", "x-client-ip": "203.0.113.7" });
});

test("the address is the option's, else the environment's, else the local one; a path in it stays", async () => {
  const urls: string[] = [];
  const record: typeof fetch = async (url) => {
    urls.push(String(url));
    return Response.json({ data: {} });
  };
  const whoami = (baseUrl?: string) => new AuthPIAdmin({ apiKey, baseUrl, fetch: record }).whoami();
  vi.stubEnv("AUTHPI_BASE_URL", "");
  await whoami();
  vi.stubEnv("AUTHPI_BASE_URL", "https://env.example/");
  await whoami();
  await whoami("https://option.example/authpi/");
  expect(urls).toEqual([
    "http://localhost:4000/v1/me",
    "https://env.example/v1/me",
    "https://option.example/authpi/v1/me",
  ]);
});

test("the secret shows neither in the client nor in an error", async () => {
  const far = await farSide(() => problem(401, "unauthorized_client"));
  const admin = adminOf(far);
  const nowhere = new AuthPIAdmin({ apiKey, accountId: "acc_1", baseUrl: "http://127.0.0.1:1", retries: false });
  const errors = await Promise.all([failureOf(admin.issuers.list()), failureOf(nowhere.issuers.list())]);
  const basic = Buffer.from(`key_1:${secret}`).toString("base64");
  for (const one of [admin, admin.issuers, admin.issuer("i_1"), ...errors]) {
    const shown =
      inspect(one, { depth: Number.POSITIVE_INFINITY, showHidden: true }) + JSON.stringify(one) + String(one);
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(basic);
  }
});

test("the user agent names the package's version", async () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  const far = await farSide(() => ({ json: { data: {} } }));
  await adminOf(far).whoami();
  expect(far.seen[0]?.headers["user-agent"]).toBe(`authpi-admin/${version}`);
});
