import { eventTypes, meteredEventTypes, resources, scopeCases } from "@authpi/schema";
import { expect, test } from "vitest";
import { operationsText } from "../src/operations-text.ts";
import { errorsPage } from "../src/pages/errors-page.ts";
import { eventsPage, recordedElsewhere } from "../src/pages/events-page.ts";
import { scopesPage } from "../src/pages/scopes-page.ts";
import { routesOf } from "../src/route.ts";

const routes = routesOf(resources);
const emitted = new Set(routes.flatMap(({ operation }) => operation.emits ?? []));

test("every type of event is recorded by an operation, or it is known what else records it", () => {
  const elsewhere = new Set(Object.keys(recordedElsewhere));
  expect(eventTypes.filter((type) => !emitted.has(type) && !elsewhere.has(type))).toEqual([]);
  // The hot path and the OIDC runtime are no operations, and record these too.
  expect([...emitted].filter((type) => elsewhere.has(type)).sort()).toEqual(
    [...meteredEventTypes, "session.terminated"].sort(),
  );
});

test("every event that an operation records is in the catalogue", () => {
  expect([...emitted].filter((type) => !eventTypes.includes(type))).toEqual([]);
});

test("operations.txt has a line for each operation, and its columns stand below each other", () => {
  const [head = "", ...lines] = operationsText(routes).trimEnd().split("\n");
  expect(lines).toHaveLength(routes.length);
  for (const line of lines) expect(line.slice(0, head.indexOf("scope")), line).toMatch(/^[A-Z]+ +\/v1\/\S+ +$/);
});

test("the pages name every event, every scope and every case of scope matching", () => {
  const events = eventsPage(routes);
  for (const type of eventTypes) expect(events).toContain(`| \`${type}\` |`);
  const scopes = scopesPage(routes);
  for (const scope of routes.flatMap((route) => route.scopes)) expect(scopes).toContain(`| \`${scope}\` |`);
  expect(scopes.split("\n").filter((line) => / (yes|no)( \(Core API\))? \|$/.test(line))).toHaveLength(
    scopeCases.length,
  );
  expect(errorsPage()).toContain("| 412 | `precondition_failed` | no |");
});
