import { errorKinds, resources } from "@authpi/schema";
import { createConfig, lintFromString } from "@redocly/openapi-core";
import { expect, test } from "vitest";
import { openapi } from "../src/openapi/document.ts";
import { routesOf } from "../src/route.ts";
import { examplesIn, validatorOf } from "./document.ts";

const document = openapi(resources);
const routes = routesOf(resources);

test("a linter has nothing to say but that the server is on localhost", async () => {
  const config = await createConfig({ extends: ["recommended"] });
  const problems = await lintFromString({ source: JSON.stringify(document), config });
  const said = problems.map(({ ruleId, location: [first] }) => `${ruleId} at ${first?.pointer}`);
  expect(said).toEqual(["no-server-example.com at #/servers/0/url"]);
});

test("every example is valid against the schema that it stands beside", () => {
  const validate = validatorOf(document);
  const examples = examplesIn(document);
  const wrong = examples.flatMap(({ pointer, schema, value }) =>
    validate(schema, value).map((fault) => `${pointer}: ${fault}`),
  );
  expect(wrong).toEqual([]);
  for (const place of ["/requestBody/", "/examples/Issuer", "/parameters/", "/headers/", "/properties/"]) {
    expect(
      examples.some(({ pointer }) => pointer.includes(place)),
      place,
    ).toBe(true);
  }
});

test("every operation of the contracts is in the document, with its statuses, scopes and events", () => {
  for (const { id, method, path, statuses, scopes, operation } of routes) {
    const found = document.paths[path]?.[method.toLowerCase()];
    expect(found?.operationId).toBe(id);
    expect(Object.keys(found?.responses ?? {}), id).toEqual(statuses.map(String).sort());
    expect(found?.["x-required-scopes"], id).toEqual(scopes);
    expect(found?.["x-emits"], id).toEqual(operation.emits);
  }
});

test("no operation is there that has no contract", () => {
  const ids = Object.values(document.paths).flatMap((item) =>
    Object.values(item).map(({ operationId }) => operationId),
  );
  expect(ids.sort()).toEqual(routes.map(({ id }) => id).sort());
  expect(new Set(ids).size).toBe(ids.length);
});

test("every error of the catalogue is described, but the one of a method that is not there", () => {
  const described = Object.values(document.components.responses).flatMap(({ content }) =>
    Object.keys(content?.["application/json"].examples ?? {}),
  );
  const catalogue = Object.values(errorKinds).map(({ error }) => error);
  expect(new Set(described)).toEqual(new Set(catalogue.filter((error) => error !== "method_not_allowed")));
});

test("what only the server's validators read stays out of the document", () => {
  const keywords = new Set(JSON.stringify(document).match(/"x-[A-Za-z-]+":/g));
  expect([...keywords].sort()).toEqual([
    '"x-also-required-scopes":',
    '"x-displayName":',
    '"x-emits":',
    '"x-merge":',
    '"x-required-scopes":',
  ]);
});

test("what is created leads to each operation on it, with the ids that the path needs", () => {
  const [created] = Object.values(document.paths["/v1/accounts/{account_id}/issuers"]?.post?.responses ?? {});
  const links = created && "links" in created ? (created.links ?? {}) : {};
  const below = "/v1/accounts/{account_id}/issuers/{issuer_id}";
  const next = routes.filter(({ path }) => path.startsWith(below) && !path.slice(below.length).includes("{"));
  expect(Object.keys(links)).toEqual(next.map(({ id }) => id));
  expect(links["issuers.organizations.create"]).toEqual({
    operationId: "issuers.organizations.create",
    parameters: { account_id: "$request.path.account_id", issuer_id: "$response.body#/data/id" },
  });
});
