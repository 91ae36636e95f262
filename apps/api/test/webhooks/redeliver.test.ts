import { expect, test } from "vitest";
import { expectRefusal, good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { later, newHook } from "./support.ts";

const world = await createWorld();

test("a test is sent at once, whatever the filters and the status, and is no event of the account's", async () => {
  const { api, receiver, path, webhook, deliveries } = await newHook(world, { events: ["issuer.*"] });
  good(await api.patch(path, { status: "disabled" }));
  const before = good(await api.get("events")).length;
  const tested = good(await api.post(`${path}/test`));
  expect(tested).toMatchObject({
    ...{ webhook_id: webhook.id, event_type: "webhook.updated", status: "succeeded", success: true },
    ...{ attempt_count: 1, attempt_budget: 1, last_response_status: 200 },
  });
  expect(receiver.received[0]?.body).toMatchObject({
    ...{ id: tested.event_id, type: "webhook.updated" },
    data: { trigger: "webhooks.test", data: { test: true, resource: { id: webhook.id } } },
  });
  expect(good(await api.get("events"))).toHaveLength(before);

  receiver.answer((response) => response.writeHead(302, { location: "/elsewhere" }).end("x".repeat(5000)));
  const failed = good(await api.post(`${path}/test`));
  expect(failed).toMatchObject({ success: false, status: "failed", last_response_status: 302, next_attempt_at: null });
  expect(failed.attempts[0].response_body).toBe("x".repeat(1024));
  await receiver.close();
  expect(good(await api.post(`${path}/test`))).toMatchObject({
    ...{ success: false, last_response_status: null, last_error: "The connection was refused." },
  });
  expect((await deliveries()).map(({ status }) => status)).toEqual(["failed", "failed", "succeeded"]);
  expect((await api.post(`${path}/deliveries/${tested.id}/redeliver`)).status).toBe(409);
});

test("a failed delivery is sent again by hand, under the same event id", async () => {
  const { api, receiver, path, happen, deliveries } = await newHook(world, { retry: { max_attempts: 1 } });
  receiver.answer(500);
  const eventId = await happen();
  await runJobs(world.server);
  const [failed] = await deliveries("status=failed");
  const again = () => api.post(`${path}/deliveries/${failed?.id}/redeliver`);
  expect(good(await again())).toMatchObject({ success: false, status: "failed", attempt_count: 2, attempt_budget: 2 });
  receiver.answer(200);
  expect(good(await again())).toMatchObject({ success: true, status: "succeeded", attempt_count: 3, last_error: null });
  receiver.answer(500);
  expect(good(await again())).toMatchObject({ success: false, status: "succeeded", last_response_status: 500 });
  expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual(Array(4).fill(eventId));
  expect(good(await api.get(`${path}/deliveries/${failed?.id}`)).attempts).toHaveLength(4);
});

test("sending by hand takes nothing away from what is planned, and a success ends it", async () => {
  const { api, receiver, path, happen, deliveries } = await newHook(world, { retry: { schedule_seconds: [60] } });
  receiver.answer(500);
  await happen();
  await runJobs(world.server);
  const [planned] = await deliveries();
  const again = () => api.post(`${path}/deliveries/${planned?.id}/redeliver`);
  expect(good(await again())).toMatchObject({ status: "pending", next_attempt_at: planned?.next_attempt_at });
  await later(world, 75_000);
  expect(receiver.received).toHaveLength(3);
  expect((await deliveries())[0]).toMatchObject({ attempt_count: 3, attempt_budget: 9 });
  receiver.answer(200);
  expect(good(await again())).toMatchObject({ status: "succeeded" });
  await later(world, 75_000);
  expect(receiver.received).toHaveLength(4);
});

test("a delivery is not sent twice at the same time, and a repeat of the call sends nothing", async () => {
  const { api, receiver, path, happen, deliveries } = await newHook(world);
  await happen();
  await runJobs(world.server);
  const [one] = await deliveries();
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  receiver.answer(async (response) => {
    arrived.resolve();
    await release.promise;
    response.end();
  });
  const headers = { "idempotency-key": "again" };
  const first = api.post(`${path}/deliveries/${one?.id}/redeliver`, undefined, headers);
  await arrived.promise;
  expect((await api.post(`${path}/deliveries/${one?.id}/redeliver`)).status).toBe(409);
  release.resolve();
  expect(good(await first)).toMatchObject({ success: true, attempt_count: 2 });
  expect((await api.post(`${path}/deliveries/${one?.id}/redeliver`, undefined, headers)).text).toBe((await first).text);
  expect(receiver.received).toHaveLength(2);
});

test("a replay sends the events of a time, those from before the webhook included", async () => {
  const { api } = await world.tenant();
  const note = { subject_type: "issuer", subject_id: "i_1", content: "a" };
  for (let n = 0; n < 3; n++) good(await api.post("notes", note));
  const old = good(await api.get("events?event_types=note.*"));
  good(await api.post("issuers", { name: "acme" }));
  const hooked = await newHook(world);
  const { receiver } = hooked;
  const { id } = good(
    await api.post("webhooks", { name: "late", url: receiver.url, events: ["note.*"], auth: { type: "none" } }),
  );
  const redeliver = async (body: object) => {
    const { enqueued } = good(await api.post(`webhooks/${id}/redeliver`, body));
    await runJobs(world.server);
    return enqueued;
  };
  expect(await redeliver({ after: old[1].timestamp, before: old[1].timestamp + 1 })).toBe(1);
  expect(receiver.received.map(({ body }) => body.id)).toEqual([old[1].id]);
  expect(await redeliver({ event_types: ["issuer.*"] })).toBe(0);
  expect(await redeliver({})).toBe(3);
  expect(await redeliver({ status: "failed" })).toBe(0);
  expect(receiver.received.map(({ body }) => body.id).sort()).toEqual([...old, old[1]].map((one) => one.id).sort());
  const listed = good(await api.get(`webhooks/${id}/deliveries`));
  expect(listed.map(({ status }: { status: string }) => status)).toEqual(["succeeded", "succeeded", "succeeded"]);

  receiver.answer(400);
  good(await api.patch(`webhooks/${id}`, { retry: { max_attempts: 1 } }));
  expect(await redeliver({ event_types: ["note.created"] })).toBe(3);
  receiver.answer(200);
  expect(await redeliver({ status: "failed" })).toBe(3);
  expect(good(await api.get(`webhooks/${id}/deliveries?status=succeeded`))).toHaveLength(3);
});

test("a replay's time must be one", async () => {
  const { api, path } = await newHook(world);
  expectRefusal(await api.post(`${path}/redeliver`, { after: 2, before: 1 }), 400, "after");
  expectRefusal(await api.post(`${path}/redeliver`, { event_types: ["api-key.verified"] }), 400, "event_types.0");
});

test("what a receiver sends back of the bearer token is not kept", async () => {
  const { api, path, webhook, receiver } = await newHook(world, { auth: { type: "bearer" } });
  const token = String(webhook.auth.bearer_token_plain);
  receiver.answer((response, { headers }) => response.end("x".repeat(1000) + headers.authorization));
  const { attempts } = good(await api.post(`${path}/test`, {}));
  expect(attempts[0].response_body).toMatch(/xBearer \[secret\]$/);
  const rows = await world.sql("select attempts::text from webhook_deliveries where webhook_id = $1", [webhook.id]);
  expect(JSON.stringify(rows)).not.toContain(token.slice(0, 12));
});
