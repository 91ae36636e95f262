import { expect, test } from "vitest";
import { etagOf } from "../src/index.ts";
import { adminOf, farSide } from "./far-side.ts";

const issuer = { id: "i_1", name: "acme" };
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
};

test("a result is the plain data, and its ETag makes a write conditional", async () => {
  const far = await farSide(() => ({ json: { data: issuer }, headers: { etag: '"1781222400000"' } }));
  const { issuers } = adminOf(far);
  const result = await issuers.get("i_1");
  expect(JSON.parse(JSON.stringify(result))).toEqual(issuer);
  expect(etagOf(result)).toBe('"1781222400000"');
  await issuers.update("i_1", { name: "b" }, { ifMatch: etagOf(result) });
  expect(far.seen[1]?.headers["if-match"]).toBe('"1781222400000"');
});

test("what has no ETag is refused, since a write without one would be unconditional", () => {
  expect(() => etagOf({ ...issuer })).toThrow(TypeError);
});

test("a page is plain and iterable", async () => {
  const body = { data: [issuer], has_more: true, next_cursor: "c2" };
  const far = await farSide(() => ({ json: body }));
  const page = await adminOf(far).issuers.list({ limit: 1, q: "a&b", status: undefined });
  expect(JSON.parse(JSON.stringify(page))).toEqual(body);
  expect([...page]).toEqual([issuer]);
  expect(far.seen[0]?.url).toBe("/v1/accounts/acc_1/issuers?limit=1&q=a%26b");
});

test("listAll walks all pages with the same filters, and asks for no page that is not needed", async () => {
  const far = await farSide((seen) => {
    const at = Number(new URL(seen.url, "http://far").searchParams.get("cursor") ?? 0);
    const data = [0, 1].map((one) => ({ id: `i_${at + one}` }));
    return { json: { data, has_more: at < 4, next_cursor: at < 4 ? String(at + 2) : null } };
  });
  const { issuers } = adminOf(far);
  const ids = (await collect(issuers.listAll({ limit: 2, status: "active" }))).map((one) => one.id);
  expect(ids).toEqual(["i_0", "i_1", "i_2", "i_3", "i_4", "i_5"]);
  expect(far.seen.map((seen) => seen.url.split("?")[1])).toEqual([
    "limit=2&status=active",
    "limit=2&status=active&cursor=2",
    "limit=2&status=active&cursor=4",
  ]);
  for await (const one of issuers.listAll()) if (one.id === "i_1") break;
  expect(far.seen).toHaveLength(4);
});

test("listAll ends where a page says so, though it has a cursor to go on from", async () => {
  const far = await farSide(() => ({ json: { data: [{ id: "evt_1" }], has_more: false, next_cursor: "later" } }));
  expect(await collect(adminOf(far).events.listAll({ order: "asc" }))).toHaveLength(1);
});
