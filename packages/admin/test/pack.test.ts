import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publint } from "publint";
import { afterAll, beforeAll, expect, test } from "vitest";
import { farSide } from "./far-side.ts";
import { type Consumer, installPacked, run, runBeside } from "./packed.ts";

let consumer: Consumer;
beforeAll(() => {
  consumer = installPacked();
}, 180_000);
afterAll(() => consumer?.remove());

const here = fileURLToPath(new URL("..", import.meta.url));
const bin = (name: string, from = here): string => join(from, "node_modules/.bin", name);

test("the tarball is small and holds what is meant to be in it alone", () => {
  const names = run("tar", ["-tzf", consumer.tarball], here).trim().split("\n");
  expect(statSync(consumer.tarball).size).toBeLessThanOrEqual(60 * 1024);
  const odd = names.filter((name) => !/^package\/(dist\/.+\.(js|d\.ts)|package\.json|README\.md|LICENSE)$/.test(name));
  expect(odd).toEqual([]);
  for (const name of ["package/README.md", "package/LICENSE", "package/dist/index.d.ts"]) expect(names).toContain(name);
});

test("the packed package.json names no file that is not packed, and nothing of the workspace", () => {
  const text = readFileSync(join(consumer.folder, "node_modules/@authpi/admin/package.json"), "utf8");
  expect(text).not.toMatch(/"source"|\.\/src\/|workspace:/);
  expect(JSON.parse(text).dependencies).toEqual({ undici: "7.30.0" });
});

test("publint finds nothing", async () => {
  const tarball = new Uint8Array(readFileSync(consumer.tarball)).buffer;
  expect((await publint({ pack: { tarball }, strict: true })).messages).toEqual([]);
});

// It leaves with an error where a resolution that the profile covers has a problem.
test("attw finds nothing in any way of resolving that ES modules have", () => {
  const report = run(bin("attw"), ["--profile", "esm-only", "--no-color", "--no-emoji", consumer.tarball], here);
  expect(report).toContain("(ignoring resolutions: 'node10', 'node16-cjs')");
});

const program = `
import * as sdk from "@authpi/admin";
const admin = new sdk.AuthPIAdmin({ apiKey: { id: "key_1", secret: "s" }, baseUrl: process.argv[2], accountId: "acc_1" });
const error = await admin.issuers.get("i_0").catch((error) => error);
console.log(JSON.stringify({
  node: process.versions.node,
  exports: Object.keys(sdk),
  tree: Object.keys(admin),
  below: Object.keys(admin.issuer("i_1").organization("org_1")),
  who: await admin.whoami(),
  notFound: error instanceof sdk.NotFoundError,
}));
`;

test.each([
  ["undici under Node", [], undefined],
  ["fetch elsewhere", ["--conditions=deno"], "cors"],
])("a program of the system's Node uses the installed package, by %s", async (_, flags, mode) => {
  const far = await farSide((seen) =>
    seen.url === "/v1/me"
      ? { json: { data: { type: "api_key" } } }
      : { status: 404, json: { error: "not_found", error_description: "There is no such issuer." } },
  );
  writeFileSync(join(consumer.folder, "program.js"), program);
  const said = JSON.parse(await runBeside(consumer.node, [...flags, "program.js", far.baseUrl], consumer.folder));
  expect(said).toMatchObject({
    tree: ["accounts", "apiKeys", "domains", "events", "webhooks", "notes", "tokens", "issuers"],
    below: ["members", "groups", "invitations", "apiKeys", "sso"],
    who: { type: "api_key" },
    notFound: true,
  });
  expect(said.exports).toEqual(expect.arrayContaining(["AuthPIAdmin", "etagOf", "ConfigurationError"]));
  // Only fetch sends this header.
  expect(far.seen.map((seen) => seen.headers["sec-fetch-mode"])).toEqual([mode, mode]);
});

test("the examples of the package's comments and of its README compile against the installed types", () => {
  const declared = ["client", "etag", "webhooks", "generated/tree"].map((name) =>
    readFileSync(join(consumer.folder, `node_modules/@authpi/admin/dist/${name}.d.ts`), "utf8"),
  );
  const readme = readFileSync(join(here, "README.md"), "utf8");
  const examples = declared.flatMap(examplesIn);
  expect(examples.length).toBeGreaterThan(100);
  writeFileSync(join(consumer.folder, "examples.ts"), [prelude, ...examples.map((code) => `{\n${code}\n}`)].join("\n"));
  writeFileSync(
    join(consumer.folder, "readme.ts"),
    [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code).join("\n"),
  );
  const workspace = join(here, "../..");
  const flags = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--types", "node"];
  const types = ["--typeRoots", join(workspace, "node_modules/@types")];
  expect(run(bin("tsc", workspace), [...flags, ...types, "examples.ts", "readme.ts"], consumer.folder)).toBe("");
}, 60_000);

const prelude = `
import { AuthPIAdmin, etagOf } from "@authpi/admin";
import { verifyWebhook } from "@authpi/admin/webhooks";
declare const admin: AuthPIAdmin;
declare const issuerId: string;
declare const key: { id: string; secret_plain: string };
`;

const examplesIn = (text: string): string[] =>
  [...text.matchAll(/^ *\* @example\n(.*?)^ *\*\//gms)].map(([, code = ""]) => code.replaceAll(/^ *\* ?/gm, ""));
