import { isDeepStrictEqual } from "node:util";
import { errorKinds, itemPath, statusOf } from "@authpi/schema";
import { expect, test } from "vitest";
import type { Answer } from "../harness/client.ts";
import { everyOperation, type OperationCase, pathFor } from "../harness/operations.ts";
import { madeId, setScene } from "../harness/scene.ts";
import { faultsOf, shapeOf } from "../harness/shapes.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();

/** An answer with a thing that has an id of its own, or about a part of one. */
const isResource = ({ resource, operation: { kind, returns } }: OperationCase) =>
  kind !== "list" && returns !== undefined && (resource.partOf || "id" in (shapeOf(returns).properties ?? {}));

test.each(everyOperation)("$id answers a valid call exactly as its contract says", async (one) => {
  const { operation } = one;
  const { status, headers, body, text } = await (await setScene(world, one)).send();
  expect(status, text).toBe(statusOf(operation));
  expect(faultsOf(operation, body)).toEqual([]);
  expect(headers.get("x-request-id")).toMatch(/^req_[0-9a-z]{25}$/);
  if (isResource(one)) expect(headers.get("etag")).toMatch(/^"\d{13}"$/);
  else expect(headers.get("etag")).toBeNull();
  if (!operation.returns) return;
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toMatch(/^application\/json\b/);
});

test.each(everyOperation.filter(({ operation }) => statusOf(operation) === 201))(
  "$id names the Location of what it made, where it is found unchanged",
  async (one) => {
    const { send, tenant, path, params } = await setScene(world, one);
    const made = await send();
    const id = madeId(one.resource, made);
    expect({ ...params, ...made.body.data }).toMatchObject(Object.fromEntries(one.params.map((p) => [p, params[p]])));
    const location = made.headers.get("location");
    const { partOf } = one.resource;
    expect(location).toBe(partOf ? pathFor(itemPath(partOf), params) : `${path}/${id}`);
    if (!partOf && !one.resource.operations.get) return expectListed(made, String(id), await tenant.api.get(path));
    const found = await tenant.api.get(String(location));
    expect(found.status).toBe(200);
    expect(found.headers.get("etag")).toBe(made.headers.get("etag"));
    if (partOf) expect(holds(found.body.data, made.body.data)).toBe(true);
    else expect(made.body.data).toMatchObject(found.body.data);
  },
);

/** What cannot be got by itself stands in its list, with everything that both answers tell. */
const expectListed = (made: Answer, id: string, list: Answer): void => {
  const listed = list.body.data.find((item: { id: string }) => item.id === id);
  const shared = Object.entries(listed).filter(([field]) => field in made.body.data);
  expect(shared.length).toBeGreaterThan(0);
  expect(made.body.data).toMatchObject(Object.fromEntries(shared));
};

/** Whether the part is, or stands anywhere in, the whole. */
const holds = (whole: unknown, part: Record<string, unknown>): boolean => {
  if (typeof whole !== "object" || whole === null) return false;
  const values = new Map(Object.entries(whole));
  return (
    Object.entries(part).every(([key, value]) => isDeepStrictEqual(values.get(key), value)) ||
    [...values.values()].some((value) => holds(value, part))
  );
};

test.each(everyOperation.filter(({ operation }) => operation.kind === "list"))(
  "$id holds what was made, and its pages go on where the one before ended",
  async (one) => {
    const { send, path } = await setScene(world, one);
    const whole = await send();
    expect(whole.body.data.length + Number(whole.body.has_more)).toBeGreaterThanOrEqual(one.name === "list" ? 1 : 0);
    if (!Object.keys(one.operation.query?.properties ?? {}).includes("cursor")) return;
    const first = await send({ path: `${path}?limit=1` });
    expect(first.body.data).toEqual(whole.body.data.slice(0, 1));
    expect(first.body.has_more).toBe(whole.body.data.length > 1);
    if (!first.body.has_more) return;
    const second = await send({ path: `${path}?limit=1&cursor=${first.body.next_cursor}` });
    expect(second.body.data).toEqual(whole.body.data.slice(1, 2));
  },
);

test("an error's body is one of the catalogue, and its reference is the request's id", async () => {
  const { api } = await world.tenant();
  const answer = await api.get("issuers/i_none");
  expect(answer.status).toBe(errorKinds.notFound.status);
  expect(answer.body.reference).toBe(answer.headers.get("x-request-id"));
  expect(Object.keys(answer.body)).toEqual(["error", "error_description", "reference", "retryable"]);
});
