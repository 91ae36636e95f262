import { beforeAll, expect, test } from "vitest";
import type { ApiClient } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { good } from "./support.ts";

const world = await createWorld();
let api: ApiClient;

const client = { name: "web", type: "internal", confidential: true, settings: {} };

beforeAll(async () => {
  ({ api } = await world.tenant());
  const make = async (name: string, more = {}) => good(await api.post("issuers", { name, ...more })).id;
  await make("Plain");
  const ready = await make("Ready", { description: "for production" });
  good(await api.post(`issuers/${ready}/clients`, client));
  await make("Invited", { settings: { access: { mode: "invite_only" } }, available_scopes: ["a", "b"] });
  await make("Branded", { settings: { branding: { background_color: "#000000" } }, status: "disabled" });
  const deaf = await make("Deaf");
  await world.sql("update auth_methods set enabled = false where issuer_id = $1", [deaf]);
  const half = await make("Half");
  await world.sql("update auth_methods set use = 'signup' where issuer_id = $1 and method = 'password'", [half]);
  good(await api.delete(`issuers/${await make("Deleted")}`));
});

const everyName = ["Half", "Deaf", "Branded", "Invited", "Ready", "Plain"];
const named = async (query: string): Promise<string[]> =>
  good(await api.get(`issuers?${query}`)).map(({ name }: { name: string }) => name);

const filters: [query: string, names: string[]][] = [
  ["", everyName],
  ["q=READ", ["Ready"]],
  ["q=product", ["Ready"]],
  ["q=_", []],
  ["status=disabled", ["Branded"]],
  ["status=active", everyName.filter((name) => name !== "Branded")],
  ["access_mode=invite_only", ["Invited"]],
  ["access_mode=approval", []],
  ["readiness=ready", ["Ready"]],
  ["readiness=needs_login_method", ["Deaf"]],
  ["readiness=needs_client", ["Half", "Branded", "Invited", "Plain"]],
  ["readiness=needs_client&status=active&q=a", ["Half", "Plain"]],
];

test.each(filters)("issuers are filtered by %j", async (query, names) => {
  expect(await named(query)).toEqual(names);
});

test("a list item is the issuer, and what follows from it", async () => {
  const items = good(await api.get("issuers"));
  const extrasOf = async (name: string) => {
    const item = items.find((one: { name: string }) => one.name === name);
    const whole = good(await api.get(`issuers/${item.id}`));
    expect(item).toMatchObject(whole);
    return Object.fromEntries(Object.entries(item).filter(([field]) => !(field in whole)));
  };
  const plain = {
    ...{ access_mode: "open", auth_method_count: 2, enabled_login_method_count: 2, enabled_signup_method_count: 2 },
    ...{ available_scope_count: 0, branding_configured: false, readiness: "needs_client" },
  };
  expect(await extrasOf("Plain")).toEqual(plain);
  expect(await extrasOf("Ready")).toEqual({ ...plain, readiness: "ready" });
  expect(await extrasOf("Invited")).toEqual({ ...plain, access_mode: "invite_only", available_scope_count: 2 });
  expect(await extrasOf("Branded")).toEqual({ ...plain, branding_configured: true });
  const none = { enabled_login_method_count: 0, enabled_signup_method_count: 0, readiness: "needs_login_method" };
  expect(await extrasOf("Deaf")).toEqual({ ...plain, ...none });
  expect(await extrasOf("Half")).toEqual({ ...plain, enabled_login_method_count: 1 });
});

test("an issuer whose clients are all disabled or deleted needs one", async () => {
  const { id } = good(await api.post("issuers", { name: "Lonely" }));
  const path = `issuers/${id}/clients`;
  const web = good(await api.post(path, client));
  expect(await named("q=Lonely&readiness=ready")).toEqual(["Lonely"]);
  good(await api.post(`${path}/${web.id}/block`));
  expect(await named("q=Lonely&readiness=needs_client")).toEqual(["Lonely"]);
  good(await api.post(`${path}/${web.id}/unblock`));
  good(await api.delete(`${path}/${web.id}`));
  expect(await named("q=Lonely&readiness=needs_client")).toEqual(["Lonely"]);
});
