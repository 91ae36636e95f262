import { type Static, Type } from "typebox";
import { expect, test } from "vitest";
import { isIpRange, isWithin } from "../../src/domain/ip.ts";
import { merge } from "../../src/domain/merge.ts";
import { redirectUriFault } from "../../src/domain/redirect-uris.ts";
import { normalizeUsername } from "../../src/domain/usernames.ts";

const merged = { "x-merge": true };
const Settings = Type.Object(
  {
    mode: Type.String(),
    list: Type.Array(Type.String()),
    note: Type.Unsafe<string | null>({ type: ["string", "null"] }),
    value: Type.Object({ a: Type.Optional(Type.Integer()), b: Type.Optional(Type.Integer()) }),
    deep: Type.Object({ x: Type.Integer(), y: Type.Object({ z: Type.Boolean() }, merged) }, merged),
  },
  merged,
);
type Settings = Static<typeof Settings>;
const defaults: Settings = { mode: "open", list: [], note: null, value: {}, deep: { x: 1, y: { z: false } } };
const current: Settings = { mode: "shut", list: ["a"], note: "n", value: { a: 1 }, deep: { x: 2, y: { z: true } } };

const merges: [name: string, patch: object, changed: object][] = [
  ["nothing changes nothing", {}, {}],
  ["a value is replaced", { mode: "ajar" }, { mode: "ajar" }],
  ["a list is replaced as a whole", { list: ["b", "c"] }, { list: ["b", "c"] }],
  ["an object that is a value is replaced as a whole", { value: { b: 2 } }, { value: { b: 2 } }],
  ["an object of settings is merged", { deep: { x: 3 } }, { deep: { x: 3, y: { z: true } } }],
  ["at every depth", { deep: { y: { z: false } } }, { deep: { x: 2, y: { z: false } } }],
  ["undefined is absent", { mode: undefined, deep: { x: undefined } }, {}],
  ["null brings a default back", { mode: null, list: null }, { mode: "open", list: [] }],
  ["null clears what may be null", { note: null }, { note: null }],
  ["null brings a default back at depth", { deep: { x: null, y: { z: null } } }, { deep: { x: 1, y: { z: false } } }],
  ["what the schema does not name is left out", { surprise: 1, deep: { surprise: 1 } }, {}],
  ["a prototype is no key", JSON.parse('{"__proto__": {"mode": "x"}}'), {}],
];

test.each(merges)("merging: %s", (_, patch, changed) => {
  const before = structuredClone(current);
  expect(merge(Settings, current, patch, defaults)).toEqual({ ...current, ...changed });
  expect(current).toEqual(before);
});

const usernames: [type: "email" | "phone" | "unique-name", text: string, name: string | undefined][] = [
  ["email", " Ada@Example.COM ", "ada@example.com"],
  ["email", "ada+tag@sub.example.com", "ada+tag@sub.example.com"],
  ["email", "ada@localhost", "ada@localhost"],
  ["email", "ａｄａ＠example.com", "ada@example.com"],
  ["email", "ada", undefined],
  ["email", "ada@@example.com", undefined],
  ["email", "ada@example..com", undefined],
  ["email", `${"a".repeat(65)}@example.com`, undefined],
  ["email", `a@${"b".repeat(253)}`, undefined],
  ["email", "ada@exam\u0000ple.com", undefined],
  ["phone", "+33 (0)1", undefined],
  ["phone", "+1 (555) 010-0000", "+15550100000"],
  ["phone", "0033123456789", undefined],
  ["phone", "+123456", "+123456"],
  ["phone", "+12345", undefined],
  ["unique-name", "Ada_Lovelace-1", "ada_lovelace-1"],
  ["unique-name", "Straße", "straße"],
  ["unique-name", "ada lovelace", undefined],
  ["unique-name", "ada\u2003lovelace", undefined],
  ["unique-name", "", undefined],
];

test.each(usernames)("the %s %j has the form %j, which stays as it is", (type, text, name) => {
  expect(normalizeUsername(type, text)).toBe(name);
  if (name !== undefined) expect(normalizeUsername(type, name)).toBe(name);
});

test("a redirect URI's fault is told in words, and differs by what is wrong", () => {
  const faultOf = (uri: string) => redirectUriFault(uri, "native");
  expect(faultOf("https://app.example.com/cb")).toBeUndefined();
  expect(faultOf("com.example.app:/cb")).toBeUndefined();
  expect(redirectUriFault("com.example.app:/cb", "web")).toMatch(/native/);
  const faults = [
    "/cb",
    "https://a.example/#",
    "https://*.example",
    "https://a@a.example",
    "http://a.example",
    "x:/cb",
  ];
  const told = faults.map(faultOf);
  expect(told.every((fault) => typeof fault === "string")).toBe(true);
  expect(new Set(told).size).toBe(faults.length);
});

test.each(["javascript", "JavaScript", "data", "vbscript", "file", "blob", "about"])(
  "%s: is no scheme of an application, native or not",
  (scheme) => {
    for (const type of ["web", "spa", "native", "m2m"] as const)
      expect(redirectUriFault(`${scheme}:com.example.app`, type)).toEqual(expect.any(String));
  },
);

test("ranges are addresses or CIDR, as strictly as PostgreSQL takes them", () => {
  for (const text of ["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::", "2001:db8::/32"])
    expect(isIpRange(text), text).toBe(true);
  for (const text of [
    "",
    "10.0.0",
    "010.0.0.1",
    "0x0a.0.0.1",
    "10.0.0.0/33",
    "::/129",
    "::1/",
    "10.0.0.1/8/8",
    "::/000",
    "10.0.0.0/08",
    "a",
  ])
    expect(isIpRange(text), text).toBe(false);
});

const ranges: [range: string, other: string, within: boolean][] = [
  ["10.1.0.0/16", "10.0.0.0/8", true],
  ["10.0.0.0/8", "10.0.0.0/8", true],
  ["10.9.8.7", "10.0.0.0/8", true],
  ["10.0.0.1/8", "10.255.0.0/8", true],
  ["10.0.0.0/7", "10.0.0.0/8", false],
  ["11.0.0.0/16", "10.0.0.0/8", false],
  ["10.0.0.0/8", "10.0.0.1", false],
  ["2001:db8:1::/48", "2001:DB8::/32", true],
  ["2001:db8::/31", "2001:db8::/32", false],
  ["::/0", "0.0.0.0/0", false],
  ["10.0.0.1", "::/0", false],
];

test.each(ranges)("whether %s lies within %s: %s", (range, other, within) => {
  expect(isWithin(range, other)).toBe(within);
});
