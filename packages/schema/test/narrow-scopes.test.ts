import { expect, test } from "vitest";
import { covers, narrowScopes } from "../src/scopes.ts";

const resources = ["a", "b", "a.c", "a.c.d", "*"];
const actions = ["read", "write", "manage", "*", "**"];
const scopes = ["word", ...resources.flatMap((resource) => actions.map((action) => `${resource}:${action}`))];
const single = scopes.filter((scope) => !scope.includes("*"));

test.each([{}, { manage: true }])("what two scopes have in common covers exactly what both cover (%o)", (rule) => {
  for (const one of scopes) {
    for (const other of scopes) {
      const common = narrowScopes([one], [other], rule);
      const wrong = single.filter(
        (wanted) => covers(common, wanted, rule) !== (covers([one], wanted, rule) && covers([other], wanted, rule)),
      );
      expect(wrong, `${one} and ${other} are ${common}`).toEqual([]);
    }
  }
});

test("nobody gains by being narrowed, whatever is asked for", () => {
  for (const one of scopes) {
    for (const other of scopes) {
      const common = narrowScopes([one], [other]);
      for (const wanted of scopes.filter((scope) => covers(common, scope))) {
        expect(covers([one], wanted) && covers([other], wanted), `${wanted} by ${common}`).toBe(true);
      }
    }
  }
});

test.each([
  [["invoices:*", "users:read"], ["*:read"], ["invoices:read", "users:read"]],
  [["*:**"], ["issuers:read"], ["issuers:read"]],
  [["issuers:read", "owner"], ["*:**"], ["issuers:read", "owner"]],
  [["issuers:read"], [], []],
])("%j narrowed by %j is %j", (held, by, expected) => {
  expect(narrowScopes(held, by)).toEqual(expected);
});
