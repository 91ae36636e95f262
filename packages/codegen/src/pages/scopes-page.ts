import { type ScopeCase, scopeCases } from "@authpi/schema";
import { code, table } from "../markdown.ts";
import type { Route } from "../route.ts";

export const scopesPage = (routes: readonly Route[]): string => `# Scopes

A scope of the Core API is ${code("resource:action")}. The resource is the dotted path below the account; the action is ${code("read")},
${code("write")} or ${code("delete")}. Without a scope there is no access. \`GET /v1/me\` needs none.

## What each admits

An operation that stands at two scopes needs the one of the place where the thing lives.

${table(["Scope", "Admits to"], admissions(routes))}

## How scopes match

Split at the last colon, into a resource and an action. The action matches itself, ${code("*")} or ${code("**")}. The resource matches itself,
${code("*")} (the top level only, unless the action is ${code("**")}), and with ${code("**")} everything below it. ${code("manage")} is read, write and delete, for scopes
of the Core API alone: the scopes of your own users are matched without it. A scope without a colon matches itself alone. A wanted
wildcard is covered only by what covers everything that it stands for.

${table(["Held", "Wanted", "Covered"], scopeCases.map(caseRow))}
`;

const admissions = (routes: readonly Route[]): string[][] => {
  const scopes = [...new Set(routes.flatMap((route) => route.scopes))].sort();
  return scopes.map((scope) => [
    code(scope),
    routes
      .filter((route) => route.scopes.includes(scope))
      .map(({ id }) => code(id))
      .join(", "),
  ]);
};

const caseRow = ({ held, wanted, covered, manage }: ScopeCase): string[] => {
  const holds = held.length > 0 ? held.map(code).join(", ") : "nothing";
  const answer = covered ? "yes" : "no";
  return [holds, code(wanted), manage ? `${answer} (Core API)` : answer];
};
