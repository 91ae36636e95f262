import { join } from "node:path";
import type { Fixture, Target } from "./fixtures.ts";

/** What the paths of a pass are given: always what exists, or now and then something else, such as what a link has led to. */
export type Paths = "fixed" | "free";
const known = 0.97;

/**
 * `schemathesis.toml`: who calls, what the paths name, and which checks hold.
 *
 * Each text of JSON is one of TOML.
 */
export function configuration(
  { server, key }: Target,
  fixtures: readonly Fixture[],
  paths: Paths,
  examples: number,
): string {
  return [
    `base-url = ${text(server.url)}`,
    "workers = 1",
    "request-timeout = 30",
    "continue-on-failure = true",
    `hooks = ${text(join(import.meta.dirname, "hooks.py"))}`,
    `[auth.basic]\nusername = ${text(key.id)}\npassword = ${text(key.secret)}`,
    `[generation]\nmax-examples = ${examples}\ndatabase = "none"`,
    checks,
    ...fixtures.flatMap(dictionaries),
    ...fixtures.map((fixture) => operation(fixture, paths)),
  ].join("\n\n");
}

const checks = `
# The document says what follows from what; by names alone each id would fit into every path.
[phases.stateful.inference]
algorithms = []

# A schema cannot say that a reference exists, or that a scope is one of ours: such values are 400 by design.
[checks.positive_data_acceptance]
enabled = false

# A stale If-Match is 412, too large a body 413.
[checks.negative_data_rejection]
expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "429"]
`.trim();

function dictionaries({ operation, params }: Fixture): string[] {
  return operation.params.map((param) => {
    return `[dictionaries.${dictionary(operation.id, param)}]\nvalues = [${text(String(params[param]))}]`;
  });
}

function operation({ operation: { id, params: names }, params }: Fixture, paths: Paths): string {
  const parameters = names.map((param) => {
    const path = text(`path.${param}`);
    if (paths === "fixed") return `${path} = ${text(String(params[param]))}`;
    return `${path} = { dictionary = "${dictionary(id, param)}", probability = ${known} }`;
  });
  if (parameters.length === 0) return "";
  return `[[operations]]\ninclude-operation-id = ${text(id)}\nparameters = { ${parameters.join(", ")} }`;
}

const dictionary = (id: string, param: string): string => `${id.replaceAll(".", "_")}_${param}`;
const text = (value: string): string => JSON.stringify(value);
