import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const repository = fileURLToPath(new URL("../../../../", import.meta.url));
const api = join(repository, "apps/api/src");

/** From top to bottom; within a line nobody imports the neighbours. */
const layers = [
  ["main.ts"],
  ["cli"],
  ["app.ts", "worker.ts"],
  ["core", "idp", "webhooks", "jobs"],
  ["http"],
  ["verification", "events", "keys", "mail", "metrics", "outgoing"],
  ["limits"],
  ["db"],
  ["deps.ts"],
  ["dns.ts"],
  ["config.ts", "config-settings.ts", "config-rules.ts"],
  ["domain"],
];
/**
 * The OIDC runtime does for people what the rooms do for backends, by what the rooms share with it; no room knows the runtime. A job
 * finishes what a room, the runtime or the webhooks began, with what they share with it. A room sends what its caller waits for just as a
 * job does.
 */
const besides = [
  ["idp", "core"],
  ["core", "webhooks"],
  ["jobs", "core"],
  ["jobs", "idp"],
  ["jobs", "webhooks"],
];

interface Import {
  from: string;
  to: string;
}

const filesIn = (dir: string): string[] =>
  readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(dir, name));

/** What each file imports, types included: its own files by their path, everything else by its name. */
const importsOf = (dir: string): Import[] =>
  filesIn(dir).flatMap((file) =>
    [...withoutComments(readFileSync(file, "utf8")).matchAll(/\b(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(
      ([, name = ""]) => ({
        from: relative(dir, file),
        to: name.startsWith(".") ? relative(dir, join(dirname(file), name)) : name,
      }),
    ),
  );
const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");

const isOurs = ({ to }: Import): boolean => to.endsWith(".ts");
const show = ({ from, to }: Import): string => `${from} -> ${to}`;

describe("the server's imports point down", () => {
  const imports = importsOf(api).filter(isOurs);
  const placeOf = (path: string): string => path.split("/", 1)[0] ?? path;
  const levelOf = (path: string): number => layers.findIndex((layer) => layer.includes(placeOf(path)));

  test("every file has its layer", () => {
    expect(
      filesIn(api)
        .map((file) => relative(api, file))
        .filter((path) => levelOf(path) < 0),
    ).toEqual([]);
    expect(imports.length).toBeGreaterThan(100);
  });

  test("no file imports what is above or beside it", () => {
    const wrong = imports.filter(({ from, to }) => {
      if (placeOf(from) === placeOf(to)) return false;
      if (besides.some(([who, whom]) => placeOf(from) === who && placeOf(to) === whom)) return false;
      return levelOf(to) <= levelOf(from) && !(levelOf(from) === levelOf("config.ts") && levelOf(to) === levelOf(from));
    });
    expect(wrong.map(show)).toEqual([]);
  });

  const roomOf = (path: string): string | undefined => /^core\/([^/]+)\//.exec(path)?.[1];

  test("no room imports another room's operations", () => {
    const wrong = imports.filter(
      ({ from, to }) => roomOf(from) && to.endsWith("/operations.ts") && roomOf(to) !== roomOf(from),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("no store imports a store", () => {
    const isStore = (path: string): boolean => /(^|\/)store\.ts$/.test(path);
    expect(imports.filter(({ from, to }) => isStore(from) && isStore(to)).map(show)).toEqual([]);
  });
});

describe("packages know what is below them alone", () => {
  test.each([
    ["schema", []],
    ["codegen", ["@authpi/schema"]],
    ["admin", []],
  ])("%s imports %j of ours", (name, allowed) => {
    const dir = join(repository, "packages", name, "src");
    const imports = importsOf(dir);
    expect(imports.length).toBeGreaterThan(3);
    // What is generated has imports in its text: those files are not here.
    const outside = imports.filter(
      ({ to }) => to.startsWith("@authpi/") || (to.startsWith("..") && existsSync(join(dir, to))),
    );
    expect(outside.filter(({ to }) => !allowed.some((one) => to === one)).map(show)).toEqual([]);
  });

  test("the schema stands on typebox alone", () => {
    const others = importsOf(join(repository, "packages/schema/src")).filter((one) => !isOurs(one));
    expect([...new Set(others.map(({ to }) => to))]).toEqual(["typebox"]);
  });
});

describe("one place for each", () => {
  const sources = filesIn(api).map((file) => ({
    path: relative(api, file),
    text: withoutComments(readFileSync(file, "utf8")),
  }));
  const filesWith = (pattern: RegExp): string[] =>
    sources.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

  test("main hands the environment to the configuration, and nothing else reads it", () => {
    expect(filesWith(/process\.env\b/)).toEqual(["main.ts"]);
    expect(filesWith(/\bNODE_ENV\b/)).toEqual([]);
  });

  test("the pool is visible in db alone", () => {
    expect(filesWith(/\bnew (pg\.)?Pool\(/).filter((path) => !path.startsWith("db/"))).toEqual([]);
  });

  test("time and randomness come from deps", () => {
    const wrong = filesWith(/\bDate\.now\(\)|\bnew Date\(\)|\bMath\.random\(\)/);
    expect(wrong.filter((path) => /^(core|http|events|verification|jobs|webhooks)\//.test(path))).toEqual([]);
  });

  test("no file is longer than 500 lines, and none exports a default", () => {
    const long = sources.filter(({ path, text }) => !path.endsWith(".generated.ts") && text.split("\n").length > 500);
    expect(long.map(({ path }) => path)).toEqual([]);
    expect(filesWith(/^export default\b/m)).toEqual([]);
  });
});
