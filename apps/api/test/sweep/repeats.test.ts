import { expect, test } from "vitest";
import { everyWrite } from "../harness/operations.ts";
import { holdingsOf } from "../harness/rows.ts";
import { setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const kept = ["etag", "location", "cache-control", "content-type"];

test.each(everyWrite)("$id repeated with its Idempotency-Key gives the stored answer and does nothing", async (one) => {
  const { send, tenant } = await setScene(world, one);
  const headers = { "idempotency-key": "a key of the caller's" };
  const first = await send({ headers });
  expect(first.status, first.text).toBeLessThan(300);
  expect(first.headers.get("idempotent-replayed")).toBeNull();

  const after = await holdingsOf(world, tenant.accountId);
  const again = await send({ headers });
  expect(again.status).toBe(first.status);
  expect(again.text).toBe(first.text);
  expect(again.headers.get("idempotent-replayed")).toBe("true");
  expect(again.headers.get("x-request-id")).not.toBe(first.headers.get("x-request-id"));
  expect(kept.map((name) => again.headers.get(name))).toEqual(kept.map((name) => first.headers.get(name)));
  expect(await holdingsOf(world, tenant.accountId)).toEqual(after);
});

test.each(everyWrite)("$id refuses an Idempotency-Key that was used for anything else", async (one) => {
  const { send, tenant, anotherBody } = await setScene(world, one);
  const headers = { "idempotency-key": "a key of the caller's" };
  expect((await send({ headers })).status).toBeLessThan(300);
  const body = await anotherBody();
  const after = await holdingsOf(world, tenant.accountId);

  const others = [await tenant.api.patch(`/v1/accounts/${tenant.accountId}`, { name: "Else" }, headers)];
  if (body !== undefined) others.push(await send({ body, headers }));
  for (const answer of others) {
    expect(answer.status, answer.text).toBe(422);
    expect(answer.body.error).toBe("invalid_request");
  }
  expect(await holdingsOf(world, tenant.accountId)).toEqual(after);
});
