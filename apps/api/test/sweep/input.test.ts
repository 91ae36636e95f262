import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Method } from "@authpi/schema";
import { expect, test } from "vitest";
import { basic, type Credential } from "../harness/client.ts";
import { everyOperation, pathFor, withBody, withParams } from "../harness/operations.ts";
import { sharedScenes, withoutReference } from "../harness/scene.ts";
import { shapeOf, unknownEverywhere, wrongFields, wrongLeaves } from "../harness/shapes.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const refusedScene = sharedScenes(world);
const json = { "content-type": "application/json" };

test.each(withBody)("$id refuses what is not JSON", async (one) => {
  const { send } = await refusedScene(one);
  for (const body of ['{"name": ', "{'name': 1}", "\u0000", '{"a":1}{"b":2}']) {
    const answer = await send({ body, headers: json });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body).toMatchObject({ error: "invalid_request", fields: [{ field: "body" }] });
  }
  for (const body of ["[]", "null", '"text"', "12"]) {
    const answer = await send({ body, headers: json });
    expect(answer.status, answer.text).toBe(400);
    expect(answer.body.fields).toEqual([expect.objectContaining({ field: "body", code: "type" })]);
  }
});

test.each(withBody)("$id names every field of a wrong type, at every depth", async (one) => {
  const { send } = await refusedScene(one);
  const shape = shapeOf(one.operation.body ?? {});
  for (const { body, fields } of [wrongFields(shape), wrongLeaves(shape)]) {
    if (fields.length === 0) continue;
    const answer = await send({ body });
    expect(answer.status, answer.text).toBe(400);
    const named = answer.body.fields.filter(({ code }: { code: string }) => code === "type");
    expect(named.map(({ field }: { field: string }) => field).sort()).toEqual(fields.sort());
  }
});

test.each(withBody)("$id names every required field that is missing", async (one) => {
  const { required = [] } = shapeOf(one.operation.body ?? {});
  if (required.length === 0) return;
  const answer = await (await refusedScene(one)).send({ body: "" });
  expect(answer.status, answer.text).toBe(400);
  expect(answer.body.fields).toEqual(required.map((field) => ({ field, code: "required", message: "is required" })));
});

test.each(withBody)("$id refuses an unknown field wherever it stands, and names it", async (one) => {
  const { send } = await refusedScene(one);
  const { body, fields } = unknownEverywhere(shapeOf(one.operation.body ?? {}));
  const answer = await send({ body });
  expect(answer.status, answer.text).toBe(400);
  const named = answer.body.fields.filter(({ code }: { code: string }) => code === "unknown");
  expect(named.map(({ field }: { field: string }) => field).sort()).toEqual(fields.sort());
});

test.each(everyOperation)("$id refuses an unknown query parameter, and names it", async (one) => {
  const { send, path } = await refusedScene(one);
  const answer = await send({ path: `${path}${path.includes("?") ? "&" : "?"}surprise=1` });
  expect(answer.status, answer.text).toBe(400);
  expect(answer.body.fields).toEqual([expect.objectContaining({ field: "surprise", code: "unknown" })]);
});

test.each(withBody)("$id takes JSON alone, and no more than 1 MiB of it", async (one) => {
  const { send } = await refusedScene(one);
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/vnd.api+json",
    "application/jsonx",
  ]) {
    const answer = await send({ body: "{}", headers: { "content-type": type } });
    expect(answer.status, `${type}: ${answer.text}`).toBe(415);
    expect(answer.body.error).toBe("invalid_content_type");
  }
  const answer = await send({ body: `"${"x".repeat(1024 * 1024)}"`, headers: json });
  expect(answer.status, answer.text).toBe(413);
  expect(answer.body.error).toBe("payload_too_large");
});

test.each([...Map.groupBy(everyOperation, ({ path }) => path)])(
  "%s answers its own methods alone",
  async (path, own) => {
    const [first] = own;
    const { params, tenant } = await refusedScene(first as (typeof own)[number]);
    const allowed = new Set<string>(own.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])));
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"].filter(
      (one) => !allowed.has(one),
    )) {
      const answer = await tenant.api.send(method, pathFor(path, params));
      expect(answer.status, `${method}: ${answer.text}`).toBe(405);
      expect(new Set(answer.headers.get("allow")?.split(", "))).toEqual(allowed);
      if (method !== "HEAD") expect(answer.body.error).toBe("method_not_allowed");
    }
  },
);

/** As it stands: `fetch` would tidy the path. */
const sendRaw = async (path: string, { method, body, key }: { method: Method; body: unknown; key: Credential }) => {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  const headers = { authorization: basic(key), ...(body !== undefined && json) };
  const sent = request(`${world.server.url}/`, { method, path, headers }, async (response) =>
    resolve({ status: response.statusCode ?? 0, body: await text(response) }),
  );
  sent.on("error", reject).end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
};
const malformed = [
  "%00",
  "..",
  "%2e%2e",
  "x".repeat(500),
  "%F0%9F%A6%8A",
  "%zz",
  "%",
  "'",
  "%20",
  "a%2Fb",
  "null",
  "*",
];

test.each(withParams)("$id does not exist below a malformed id", async (one) => {
  const { params, tenant, body } = await refusedScene(one);
  const { key } = tenant;
  const expected = withoutReference(await tenant.api.get("/v1/accounts/acc_none"));
  for (const param of one.params) {
    for (const id of malformed) {
      const path = pathFor(one.path, { ...params, [param]: id });
      const answer = await sendRaw(path, { method: one.method, body, key });
      expect(answer.status, `${path}: ${answer.body}`).toBe(404);
      expect(answer.body.replace(JSON.parse(answer.body).reference, "")).toBe(expected);
    }
  }
});

test("nothing of it is a fault of the server's", () => {
  expect(world.server.complaints).toEqual([]);
});
