import { expect, test } from "vitest";
import { ConfigurationError, ServerError } from "../src/index.ts";
import { adminOf, failureOf, farSide, problem, type Reply, type Seen } from "./far-side.ts";

const meOf = (accounts: string[], organizations: string[] = []): Reply => ({
  json: {
    data: {
      type: "api_key",
      accounts: accounts.map((account_id) => ({ account_id, org_id: "org_1", scopes: [] })),
      organizations: organizations.map((org_id) => ({ org_id, scopes: [] })),
    },
  },
});
const isMe = (seen: Seen) => seen.url === "/v1/me";
const page = { json: { data: [], has_more: false, next_cursor: null } };

test("the account is asked once, whoever asks at the same time", async () => {
  const far = await farSide((seen) => (isMe(seen) ? meOf(["acc_7"]) : page));
  const admin = adminOf(far, { accountId: undefined });
  await Promise.all([admin.issuers.list(), admin.apiKeys.list(), admin.issuer("i_1").users.list()]);
  await admin.events.list();
  expect(far.seen.filter(isMe)).toHaveLength(1);
  expect(far.seen.filter((seen) => !isMe(seen)).map((seen) => seen.url)).toEqual(
    expect.arrayContaining(["/v1/accounts/acc_7/issuers", "/v1/accounts/acc_7/issuers/i_1/users"]),
  );
});

test("a given account is not asked for, and neither is one for what is not below an account", async () => {
  const far = await farSide((seen) => (isMe(seen) ? meOf(["acc_7"]) : page));
  await adminOf(far).issuers.list();
  await adminOf(far, { accountId: undefined }).accounts.list();
  expect(far.seen.map((seen) => seen.url)).toEqual(["/v1/accounts/acc_1/issuers", "/v1/accounts"]);
});

test("several accounts are a ConfigurationError that names them", async () => {
  const far = await farSide(() => meOf(["acc_7", "acc_8"]));
  const error = await failureOf(adminOf(far, { accountId: undefined }).issuers.list());
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain("acc_7, acc_8");
});

test("an organization's key has no account: the ConfigurationError names what it is good for", async () => {
  const far = await farSide(() => meOf([], ["org_5"]));
  const admin = adminOf(far, { accountId: undefined });
  const error = await failureOf(admin.issuers.list());
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(String(error)).toContain("org_5");
  expect((await admin.whoami()).organizations).toEqual([{ org_id: "org_5", scopes: [] }]);
});

test("a question that failed is asked again", async () => {
  const far = await farSide((seen, count) => {
    if (!isMe(seen)) return page;
    return count === 1 ? problem(500, "internal_error") : meOf(["acc_7"]);
  });
  const admin = adminOf(far, { accountId: undefined });
  expect(await failureOf(admin.issuers.list())).toBeInstanceOf(ServerError);
  expect((await admin.issuers.list()).data).toEqual([]);
});

test("one caller's abort does not end the question for the others", async () => {
  const gate = Promise.withResolvers<void>();
  const far = await farSide(async (seen) => {
    if (!isMe(seen)) return page;
    await gate.promise;
    return meOf(["acc_7"]);
  });
  const admin = adminOf(far, { accountId: undefined });
  const controller = new AbortController();
  const first = failureOf(admin.issuers.list({}, { signal: controller.signal }));
  const second = admin.issuers.list();
  controller.abort(new Error("enough"));
  expect(await first).toMatchObject({ message: "enough" });
  gate.resolve();
  expect((await second).data).toEqual([]);
});
