import { methodOf } from "@authpi/schema";
import { expect, test } from "vitest";
import { everyWrite } from "../harness/operations.ts";
import { holdingsOf } from "../harness/rows.ts";
import { setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const onItems = everyWrite.filter(({ operation }) => operation.item && operation.kind !== "put");

test.each(onItems)("$id writes only where If-Match names the current state", async (one) => {
  const { send, tenant } = await setScene(world, one);
  const before = await holdingsOf(world, tenant.accountId);
  const refused = await send({ headers: { "if-match": '"1"' } });
  expect(refused.status, refused.text).toBe(412);
  expect(refused.body).toMatchObject({ error: "precondition_failed", retryable: false });
  const current = refused.body.current_etag;
  expect(current).toMatch(/^"\d{13}"$/);
  expect(refused.headers.get("etag")).toBe(current);
  for (const other of ["", '"', `W/${current}`, current.slice(1, -1), "garbage"]) {
    expect((await send({ headers: { "if-match": other } })).status, other).toBe(412);
  }
  expect(await holdingsOf(world, tenant.accountId)).toEqual(before);

  const written = await send({ headers: { "if-match": `"1", ${current}` } });
  expect(written.status, written.text).toBeLessThan(300);
  expect(await holdingsOf(world, tenant.accountId)).not.toEqual(before);
});

const withGet = onItems.filter(
  ({ resource, operation }) => resource.operations.get?.item && methodOf(operation) === "PATCH",
);

test.each(withGet)(
  "$id answers with an ETag that is the next GET's, and another one after every write",
  async (one) => {
    const { send, path, tenant, anotherBody } = await setScene(world, one);
    const seen = new Set<string | null>();
    for (let turn = 0; turn < 3; turn++) {
      const written = await send({ body: await anotherBody() });
      const read = await tenant.api.get(path);
      expect(written.headers.get("etag")).toBe(read.headers.get("etag"));
      expect(written.body).toEqual(read.body);
      seen.add(read.headers.get("etag"));
    }
    expect(seen.size).toBe(3);
  },
);

test.each(withGet)("$id that changes nothing writes nothing", async (one) => {
  const { send, tenant, path } = await setScene(world, one);
  const before = await holdingsOf(world, tenant.accountId);
  const answer = await send({ body: {} });
  expect(answer.status, answer.text).toBe(200);
  expect(answer.body).toEqual((await tenant.api.get(path)).body);
  expect(await holdingsOf(world, tenant.accountId)).toEqual(before);
});
