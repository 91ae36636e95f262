import type { Credential } from "../harness/client.ts";

/** What `Authorization` says, by the key that is good, and whether it is to be let in (RFC 7617, RFC 9110 section 11.4). */
export interface HeaderCase {
  name: string;
  header: (key: Credential) => string | undefined;
  good: boolean;
}

const base64 = (text: string, encoding: BufferEncoding = "utf8") => Buffer.from(text, encoding).toString("base64");
const pair = ({ id, secret }: Credential) => base64(`${id}:${secret}`);
const bad = (name: string, header: HeaderCase["header"]): HeaderCase => ({ name, header, good: false });
const good = (name: string, header: HeaderCase["header"]): HeaderCase => ({ name, header, good: true });

export const headerCases: readonly HeaderCase[] = [
  good("the pair in base64", (key) => `Basic ${pair(key)}`),
  good("a scheme in lower case", (key) => `basic ${pair(key)}`),
  good("a scheme in mixed case", (key) => `bAsIc ${pair(key)}`),
  good("space around the header", (key) => `  Basic ${pair(key)}  `),
  good("several spaces behind the scheme", (key) => `Basic   ${pair(key)}`),
  bad("no header", () => undefined),
  bad("an empty header", () => ""),
  bad("the scheme alone", () => "Basic"),
  bad("the scheme and a space", () => "Basic "),
  bad("no space behind the scheme", (key) => `Basic${pair(key)}`),
  bad("another scheme", (key) => `Digest ${pair(key)}`),
  bad("a key's id as a bearer token", ({ id }) => `Bearer ${id}`),
  bad("a key's secret as a bearer token", ({ secret }) => `Bearer ${secret}`),
  bad("the pair as a bearer token", (key) => `Bearer ${pair(key)}`),
  bad("the pair without base64", ({ id, secret }) => `Basic ${id}:${secret}`),
  bad("what is no base64", () => "Basic !!!"),
  bad("base64 with a foreign character in it", (key) => `Basic ${pair(key).slice(0, 20)}!${pair(key).slice(20)}`),
  bad("base64 with a space in it", (key) => `Basic ${pair(key).slice(0, 20)} ${pair(key).slice(20)}`),
  bad("base64 that ends early", (key) => `Basic ${pair(key).slice(0, -3)}`),
  bad("two pairs", (key) => `Basic ${pair(key)}, Basic ${pair(key)}`),
  bad("no colon", ({ id, secret }) => `Basic ${base64(id + secret)}`),
  bad("the id alone", ({ id }) => `Basic ${base64(`${id}:`)}`),
  bad("the secret alone", ({ secret }) => `Basic ${base64(`:${secret}`)}`),
  bad("a colon alone", () => `Basic ${base64(":")}`),
  bad("the pair the other way round", ({ id, secret }) => `Basic ${base64(`${secret}:${id}`)}`),
  bad("a colon behind the secret", ({ id, secret }) => `Basic ${base64(`${id}:${secret}:`)}`),
  bad(
    "a colon in the secret",
    ({ id, secret }) => `Basic ${base64(`${id}:${secret.slice(0, 9)}:${secret.slice(10)}`)}`,
  ),
  bad(
    "a percent sign in the secret",
    ({ id, secret }) => `Basic ${base64(`${id}:${secret.slice(0, 9)}%${secret.slice(10)}`)}`,
  ),
  bad("the pair percent-encoded", ({ id, secret }) => `Basic ${base64(`${id}%3A${secret}`)}`),
  bad("a secret in UTF-8", ({ id, secret }) => `Basic ${base64(`${id}:${secret.slice(0, -2)}ü`)}`),
  bad("a secret in Latin 1", ({ id, secret }) => `Basic ${base64(`${id}:${secret.slice(0, -1)}ü`, "latin1")}`),
  bad("a control character behind the pair", ({ id, secret }) => `Basic ${base64(`${id}:${secret}\n`)}`),
  bad("a NUL in the secret", ({ id, secret }) => `Basic ${base64(`${id}:${secret.slice(0, 9)}\0${secret.slice(10)}`)}`),
  bad("space around the id", ({ id, secret }) => `Basic ${base64(` ${id}:${secret}`)}`),
  bad("an id in upper case", ({ id, secret }) => `Basic ${base64(`${id.toUpperCase()}:${secret}`)}`),
  bad("a secret in lower case", ({ id, secret }) => `Basic ${base64(`${id}:${secret.toLowerCase()}`)}`),
  bad("a secret of another prefix", ({ id, secret }) => `Basic ${base64(`${id}:xyz${secret.slice(3)}`)}`),
  bad("SQL in place of the id", ({ secret }) => `Basic ${base64(`key_' or '1'='1'; --${"0".repeat(16)}:${secret}`)}`),
  bad("an array in place of the id", ({ secret }) => `Basic ${base64(`key_{"${"a,".repeat(15)}:${secret}`)}`),
  bad("a header of 8 KiB", () => `Basic ${"A".repeat(8192)}`),
];
