import { defineResource, op, type Resource, resources } from "@authpi/schema";
import { type TSchema, Type } from "typebox";
import { expect, test } from "vitest";
import { isIntact } from "../src/seal.ts";
import { adminTree } from "../src/typescript.ts";

const file = (name: string, tree = adminTree(resources)): string =>
  tree.get(`packages/admin/src/generated/${name}.ts`) ?? "";

/** The client's files for a noun that is answered as the schema says. */
const treeOf = (returns: TSchema, item: TSchema = returns) =>
  adminTree([
    defineResource({
      name: "things",
      one: "thing",
      segment: "things",
      param: "thing_id",
      description: "A thing.",
      operations: {
        list: op.list({ summary: "List things", item }),
        get: op.get({ summary: "Get a thing", returns }),
      },
    }),
  ]);
const thing = (properties: Record<string, TSchema>, title = "Thing") => Type.Object(properties, { title });

test("the files carry their seal", () => {
  for (const [path, text] of adminTree(resources)) expect(isIntact(path, text)).toBe(true);
});

test("every operation is a method: on its collection, and on its handle where it concerns one of many", () => {
  const tree = file("tree");
  const methods = [...tree.matchAll(/^ {2}async (\w+)\(/gm)].length;
  const operationsOf = (some: readonly Resource[]) => some.flatMap((one) => Object.values(one.operations));
  const nouns = resources.filter(({ name }) => name !== "me");
  const onHandles = operationsOf(nouns.filter(({ single }) => !single)).filter(({ item }) => item);
  expect(methods).toBe(operationsOf(nouns).length + onHandles.length);
});

test("what is read is always there, and what is written may be left out", () => {
  const types = file("types");
  expect(types).toMatch(/export interface Issuer \{[^}]*\n {2}description: string \| null;/);
  expect(types).toMatch(/export interface IssuerCreate \{[^}]*\n {2}description\?: string \| null \| undefined;/);
  expect(types).toMatch(/export interface IssuerCreate \{[^}]*\n {2}available_scopes\?: readonly string\[\]/);
});

test("a named schema that may be null is its name or null", () => {
  const address = Type.Unsafe({ ...thing({ city: Type.String() }, "Place"), type: ["object", "null"] });
  const types = file("types", treeOf(thing({ id: Type.String(), place: address })));
  expect(types).toContain("  place: Place | null;");
  expect(types).toContain("export interface Place {\n  city: string;\n}");
});

test("two schemas of one title are refused", () => {
  const a = thing({ id: Type.String() });
  expect(() => treeOf(a, thing({ id: Type.Number() }))).toThrow("Thing");
});

test("a schema that the generator has no type for is refused, not guessed at", () => {
  const either = Type.Union([Type.String(), Type.Number()]);
  expect(() => treeOf(thing({ id: either }))).toThrow("without a type");
});

test("a comment cannot be left by what a description says", () => {
  const types = file("types", treeOf(thing({ id: Type.String({ description: "Ends */ here." }) })));
  expect(types).toContain("/** Ends *\\/ here. */");
});
