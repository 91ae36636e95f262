import { expect, test } from "vitest";
import type { AuthPIAdmin } from "../src/index.ts";
import { adminOf, failureOf, farSide } from "./far-side.ts";

const calls: [string, (admin: AuthPIAdmin) => Promise<unknown>][] = [
  ["GET /v1/me", (admin) => admin.whoami()],
  ["PATCH /v1/accounts/acc_2", (admin) => admin.account("acc_2").update({ name: "b" })],
  ["GET /v1/accounts/acc_1/events/evt_1", (admin) => admin.events.get("evt_1")],
  ["POST /v1/accounts/acc_1/api-keys/key_2/rotate", (admin) => admin.apiKeys.rotate("key_2")],
  ["POST /v1/accounts/acc_1/api-keys/key_2/block", (admin) => admin.apiKey("key_2").block({ status_reason: "lost" })],
  [
    "POST /v1/accounts/acc_1/issuers/i_1/clients/c_1/secret/rotate",
    (admin) => admin.issuer("i_1").client("c_1").rotateSecret(),
  ],
  ["DELETE /v1/accounts/acc_1/issuers/i_1/users/usr_1", (admin) => admin.issuer("i_1").users.delete("usr_1")],
  [
    "GET /v1/accounts/acc_1/issuers/i_1/users/usr_1/memberships",
    (admin) => admin.issuer("i_1").user("usr_1").memberships(),
  ],
  [
    "PATCH /v1/accounts/acc_1/issuers/i_1/organizations/org_1/members/usr_1",
    (admin) => admin.issuer("i_1").organization("org_1").members.update("usr_1", { scopes: [] }),
  ],
  [
    "POST /v1/accounts/acc_1/issuers/i_1/organizations/org_1/api-keys/key_1/revoke",
    (admin) => admin.issuer("i_1").organization("org_1").apiKey("key_1").revoke(),
  ],
  ["DELETE /v1/accounts/acc_1/domains/acme.com", (admin) => admin.domains.delete("acme.com")],
  [
    "POST /v1/accounts/acc_1/issuers/i_1/organizations/org_1/sso/rotate-secret",
    (admin) => admin.issuer("i_1").organization("org_1").sso.rotateSecret(),
  ],
  [
    "POST /v1/accounts/acc_1/issuers/i_1/organizations/org_1/sso/domains",
    (admin) => admin.issuer("i_1").organization("org_1").sso.domains.create({ domain: "acme.com" }),
  ],
  [
    "POST /v1/accounts/acc_1/issuers/i_1/organizations/org_1/sso/domains/acme.com/verify",
    (admin) => admin.issuer("i_1").organization("org_1").sso.domain("acme.com").verify(),
  ],
];

test.each(calls)("%s", async (line, call) => {
  const far = await farSide(() => ({ json: { data: [], has_more: false, next_cursor: null } }));
  await call(adminOf(far));
  expect(far.seen.map((seen) => `${seen.method} ${seen.url}`)).toEqual([line]);
});

test("what has no data around it is answered as it came", async () => {
  const far = await farSide(() => ({ json: { count: 3 } }));
  expect(await adminOf(far).notes.count({ subject_type: "user", subject_id: "usr_1" })).toEqual({ count: 3 });
  expect(far.seen[0]?.url).toBe("/v1/accounts/acc_1/notes/count?subject_type=user&subject_id=usr_1");
});

test("an action without a body sends none", async () => {
  const far = await farSide(() => ({ json: { data: {} } }));
  await adminOf(far).issuer("i_1").client("c_1").block();
  expect(far.seen[0]).toMatchObject({ body: "" });
  expect(far.seen[0]?.headers["content-type"]).toBeUndefined();
});

test.each(["", ".", "..", "a/b", "a\\b", "a?b", "a#b"])("the id %j is refused before any request", async (id) => {
  const far = await farSide(() => ({ json: { data: {} } }));
  const admin = adminOf(far);
  expect(() => admin.issuer(id)).toThrow(TypeError);
  expect(await failureOf(admin.issuers.delete(id))).toBeInstanceOf(TypeError);
  expect(await failureOf(admin.issuer("i_1").users.restore(id))).toBeInstanceOf(TypeError);
  expect(far.seen).toEqual([]);
});

test("an id is encoded, and cannot name the account in the path", async () => {
  const far = await farSide(() => ({ json: { data: {} } }));
  await adminOf(far).issuers.get("{account_id} ü%2f");
  expect(far.seen[0]?.url).toBe("/v1/accounts/acc_1/issuers/%7Baccount_id%7D%20%C3%BC%252f");
});
