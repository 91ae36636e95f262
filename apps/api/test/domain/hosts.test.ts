import { expect, test } from "vitest";
import { normalizeHost } from "../../src/domain/hosts.ts";

test.each([
  ["acme.com", "acme.com"],
  ["  Login.ACME.com ", "login.acme.com"],
  ["bücher.example", "xn--bcher-kva.example"],
  ["bu\u0308cher.example", "xn--bcher-kva.example"],
  ["acme\u3002com", "acme.com"],
  ["acme.co.uk", "acme.co.uk"],
  ["acme.github.io", "acme.github.io"],
  ["acme.internal", "acme.internal"],
  [`${"a".repeat(63)}.com`, `${"a".repeat(63)}.com`],
])("the domain %j is %s", (text, host) => {
  expect(normalizeHost(text)).toBe(host);
});

test.each([
  ...["", "acme", "localhost", "com", "co.uk", "github.io"],
  ...["127.0.0.1", "127.1", "0x7f.1", "1.2.3.4.5", "::1", "[::1]", "acme.123"],
  ...["*.acme.com", "acme.com:80", "https://acme.com", "acme.com/login", "acme.com?x", "acme.com#x", "acme.com\\x"],
  ...["ada@acme.com", "acme.c%6fm", "acme.com.", ".acme.com", "a..com", "-a.com", "a-.com", "a_b.com", "ac me.com"],
  ...[`${"a".repeat(64)}.com`, `${"a.".repeat(126)}com`, "acme.com\u0000"],
])("%j is no domain that somebody can own", (text) => {
  expect(normalizeHost(text)).toBeUndefined();
});
