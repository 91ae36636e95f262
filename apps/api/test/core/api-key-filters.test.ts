import { beforeAll, expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { good, newKey, newPlace, type Place } from "./support.ts";

const world = await createWorld();
const DAY = 86_400_000;
let place: Place;

beforeAll(async () => {
  place = await newPlace(world);
  const path = `${place.organization}/api-keys`;
  const now = world.server.clock.now();
  const read = ["invoices:read"];
  const make = (name: string, scopes: string[], more = {}) => newKey(place.api, path, scopes, { name, ...more });
  await make("plain", read, { description: "Nightly 100% sync" });
  await make("office", read, { ip_allowlist: ["10.0.0.0/8"], tags: ["on_site"] });
  await make("empty", []);
  await make("soon", read, { expires_at: now + 13 * DAY });
  await make("later", read, { expires_at: now + 15 * DAY });
  await make("over", read, { expires_at: now + 1000 });
  const blocked = await make("blocked", read);
  const revoked = await make("revoked", read);
  good(await place.api.post(`${path}/${blocked.id}/block`));
  good(await place.api.post(`${path}/${revoked.id}/revoke`));
  world.server.clock.advance(2000);
});

const everyName = ["revoked", "blocked", "over", "later", "soon", "empty", "office", "plain"];
const named = async (query: string): Promise<string[]> =>
  good(await place.api.get(`${place.organization}/api-keys?${query}`)).map(({ name }: { name: string }) => name);

const filters: [query: string, names: string[]][] = [
  ["", everyName],
  ["status=active", ["later", "soon", "empty", "office", "plain"]],
  ["status=blocked", ["blocked"]],
  ["status=revoked", ["revoked"]],
  ["status=expired", ["over"]],
  ["status=suspended", []],
  ["access=ip_restricted", ["office"]],
  ["access=unrestricted", everyName.filter((name) => name !== "office")],
  ["readiness=no_scopes", ["empty"]],
  ["readiness=expiring_soon", ["soon"]],
  ["readiness=ready", ["later", "office", "plain"]],
  ["q=NIGHTLY", ["plain"]],
  ["q=ffi", ["office"]],
  ["q=on_s", ["office"]],
  ["q=on%25s", []],
  ["q=100%25", ["plain"]],
  ["q=%5C", []],
  ["q=o&status=active&access=unrestricted", ["soon"]],
];

test.each(filters)("keys are filtered by %j", async (query, names) => {
  expect(await named(query)).toEqual(names);
});

test("a key expires soon from 14 days before on, by the server's clock", async () => {
  world.server.clock.advance(DAY);
  expect(await named("readiness=expiring_soon")).toEqual(["later", "soon"]);
  world.server.clock.advance(13 * DAY);
  expect(await named("readiness=expiring_soon")).toEqual(["later"]);
  expect(await named("status=expired")).toEqual(["over", "soon"]);
});

test("a cursor goes on within its filters alone", async () => {
  const path = `${place.organization}/api-keys?status=active&limit=1`;
  const first = await place.api.get(path);
  const { next_cursor } = first.body;
  const rest = await place.api.get(`${path}&cursor=${next_cursor}`);
  expect([...good(first), ...good(rest)].map(({ name }) => name)).toEqual(["later", "empty"]);
  const other = await place.api.get(`${place.organization}/api-keys?status=blocked&limit=1&cursor=${next_cursor}`);
  expect(other.status).toBe(400);
  expect(other.body.fields).toMatchObject([{ field: "cursor" }]);
});

test("the keys of a suspended organization show it, but for those that are at an end already", async () => {
  good(await place.api.patch(place.organization, { status: "suspended" }));
  expect(await named("status=suspended")).toEqual(["later", "empty", "office", "plain"]);
  expect(await named("status=blocked")).toEqual(["blocked"]);
  expect(await named("readiness=ready")).toEqual([]);
  good(await place.api.patch(place.organization, { status: "active" }));
  expect(await named("status=suspended")).toEqual([]);
});
