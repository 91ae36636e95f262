import { expect, test } from "vitest";
import { scopeCases } from "../src/scope-cases.ts";
import { covers, missingScopes } from "../src/scopes.ts";

test.each(scopeCases)("$held covers $wanted: $covered (manage: $manage)", ({ held, wanted, covered, manage }) => {
  expect(covers(held, wanted, { manage: manage ?? false })).toBe(covered);
});

test("what is missing is named, and nothing else", () => {
  expect(missingScopes(["issuers:**"], ["issuers:read", "webhooks:read", "issuers.users:write"])).toEqual([
    "webhooks:read",
  ]);
});

test("no scope covers a wildcard and refuses something that the wildcard stands for", () => {
  const scopes = [...new Set(scopeCases.flatMap(({ held, wanted }) => [...held, wanted]))];
  for (const held of scopes) {
    for (const wildcard of scopes.filter((scope) => covers([held], scope))) {
      for (const wanted of scopes.filter((scope) => covers([wildcard], scope))) {
        expect(covers([held], wanted), `${held} covers ${wildcard}, which covers ${wanted}`).toBe(true);
      }
    }
  }
});
