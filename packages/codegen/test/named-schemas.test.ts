import { Type } from "typebox";
import { expect, test } from "vitest";
import { namedSchemas } from "../src/openapi/named-schemas.ts";

const Address = Type.Object({ city: Type.String({ "x-text": true }) }, { title: "Address", "x-merge": true });
const reference = { $ref: "#/components/schemas/Address" };

test("a titled schema stands in the components once, and a reference wherever it is embedded", () => {
  const schemas = namedSchemas();
  const embedding = Type.Object({ home: Address, all: Type.Array(Address) });
  expect(schemas.refer(embedding).properties).toEqual({ home: reference, all: { type: "array", items: reference } });
  expect(Object.keys(schemas.components())).toEqual(["Address"]);
});

test("a titled schema that may be null is the same component, or null", () => {
  const schemas = namedSchemas();
  const { type: _, ...rest } = JSON.parse(JSON.stringify(Address));
  expect(schemas.refer(Type.Unsafe({ type: ["object", "null"], ...rest }))).toEqual({
    anyOf: [reference, { type: "null" }],
  });
  expect(schemas.refer(Address)).toEqual(reference);
  expect(schemas.components().Address).toMatchObject({ type: "object" });
});

test("two different schemas with one title are an error that names it", () => {
  const schemas = namedSchemas();
  schemas.refer(Address);
  const other = Type.Object({ street: Type.String() }, { title: "Address" });
  expect(() => schemas.refer(other)).toThrow("Two different schemas have the title Address");
});

test("a merged object says so, and the server's own keywords are left out", () => {
  const schemas = namedSchemas();
  schemas.refer(Address);
  expect(schemas.components().Address).toMatchObject({ "x-merge": true, properties: { city: { type: "string" } } });
  expect(JSON.stringify(schemas.components())).not.toContain("x-text");
});
