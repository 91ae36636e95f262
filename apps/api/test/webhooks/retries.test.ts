import { expect, test } from "vitest";
import { good } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { createWorld } from "../harness/world.ts";
import { later, newHook } from "./support.ts";

const world = await createWorld();
const minute = 60_000;
const hour = 60 * minute;

test("a delivery is tried eight times, each time later, and then it ends failed", async () => {
  const { receiver, happen, deliveries, api, path } = await newHook(world);
  receiver.answer(500);
  await happen();
  await runJobs(world.server);
  for (const [n, wait] of [5000, 30_000, 2 * minute, 10 * minute, hour, 3 * hour, 8 * hour].entries()) {
    const [one] = await deliveries();
    expect(one).toMatchObject({
      status: "pending",
      attempt_count: n + 1,
      attempt_budget: 8,
      last_response_status: 500,
    });
    const planned = Number(one?.next_attempt_at) - Number(one?.last_attempted_at);
    expect(planned).toBeGreaterThanOrEqual(wait * 0.8);
    expect(planned).toBeLessThanOrEqual(wait * 1.2 + 2000);
    await later(world, wait * 0.75);
    expect(receiver.received).toHaveLength(n + 1);
    await later(world, wait * 0.5);
    expect(receiver.received).toHaveLength(n + 2);
  }
  const [last] = await deliveries();
  expect(last).toMatchObject({ status: "failed", attempt_count: 8, next_attempt_at: null, last_response_status: 500 });
  const detail = good(await api.get(`${path}/deliveries/${last?.id}`));
  expect(detail.attempts).toHaveLength(8);
  expect(detail.attempts[0]).toMatchObject({ status: 500, response_body: "status 500" });
  expect(detail.attempts[0].error).toContain("500");
  expect(receiver.received.map(({ headers }) => headers["x-webhook-attempt"])).toEqual([..."12345678"]);
  expect(new Set(receiver.received.map(({ body }) => `${body.source} ${body.id}`)).size).toBe(1);
});

test("a schedule of the webhook's own is kept, and its last wait repeats", async () => {
  const retry = { max_attempts: 4, schedule_seconds: [10, 20] };
  const { receiver, happen, deliveries } = await newHook(world, { retry });
  receiver.answer(503);
  await happen();
  await runJobs(world.server);
  for (const wait of [12_001, 24_001, 24_001]) await later(world, wait);
  expect(receiver.received).toHaveLength(4);
  expect((await deliveries())[0]).toMatchObject({ status: "failed", attempt_count: 4 });
});

test.each([
  ["seconds", () => "120", 120_000],
  ["a date", () => new Date(Date.parse("2040-01-01") + 120_000).toUTCString(), 24 * hour],
  ["more than a day", () => "1000000", 24 * hour],
])("Retry-After in %s is honoured, up to a day", async (_, value, wait) => {
  const { receiver, happen, deliveries } = await newHook(world);
  receiver.answer((response) => response.writeHead(429, { "retry-after": value() }).end());
  await happen();
  await runJobs(world.server);
  const [one] = await deliveries();
  const planned = Number(one?.next_attempt_at) - Number(one?.last_attempted_at);
  expect(planned).toBeGreaterThanOrEqual(wait - 1);
  expect(planned).toBeLessThan(wait + 2000);
});

test("a receiver that is Gone disables its webhook, and the account is told", async () => {
  const { receiver, happen, deliveries, now, api } = await newHook(world);
  receiver.answer(410);
  await happen();
  await runJobs(world.server);
  expect(await now()).toMatchObject({
    status: "disabled",
    status_reason: "The receiver answered with 410.",
    status_by: null,
  });
  expect((await deliveries())[0]).toMatchObject({ status: "failed", last_response_status: 410 });
  const [event] = good(await api.get("events?limit=1"));
  expect(event).toMatchObject({
    type: "webhook.paused",
    source: "jobs",
    trigger: "webhooks.deliver",
    auth: { type: "system" },
  });
  expect(event.data.previous).toMatchObject({ status: "active" });
  await happen();
  expect(await deliveries()).toHaveLength(1);
});

test("failures in a row make a webhook fail: deliveries wait, one is tried per cooldown, and a success frees all", async () => {
  const circuit_breaker = { failure_threshold: 3, cooldown_seconds: 600 };
  const { receiver, happen, deliveries, now, api } = await newHook(world, { circuit_breaker });
  receiver.answer(500);
  for (let n = 0; n < 3; n++) await happen();
  await runJobs(world.server);
  expect(await now()).toMatchObject({ status: "failing", status_reason: "3 deliveries in a row failed." });
  expect(receiver.received).toHaveLength(3);
  const [told] = good(await api.get("events?event_types=webhook.*&limit=1"));
  expect(told).toMatchObject({ type: "webhook.updated", source: "jobs", data: { previous: { status: "active" } } });

  await happen();
  await later(world, 5 * minute);
  expect(receiver.received).toHaveLength(3);
  expect((await deliveries()).map(({ status }) => status)).toEqual(["waiting", "waiting", "waiting", "waiting"]);

  // Two trials fail: each is one request, and no delivery is given up for it.
  for (const n of [4, 5]) {
    await later(world, n === 4 ? 5 * minute + 1 : 10 * minute + 1);
    expect(receiver.received).toHaveLength(n);
  }
  expect(await now()).toMatchObject({ status: "failing" });
  receiver.answer(200);
  await later(world, 10 * minute + 1);
  expect(await now()).toMatchObject({ status: "active", status_reason: "A delivery succeeded." });
  expect((await deliveries()).map(({ status }) => status)).toEqual([
    "succeeded",
    "succeeded",
    "succeeded",
    "succeeded",
  ]);
  expect(receiver.received).toHaveLength(9);
  const tried = good(await api.get(`events?event_types=webhook.*&limit=10`)).map(({ type }: { type: string }) => type);
  expect(tried).toEqual(["webhook.updated", "webhook.updated", "webhook.created"]);
});

test("a success in between begins the count anew", async () => {
  const { receiver, happen, now } = await newHook(world, {
    circuit_breaker: { failure_threshold: 2 },
    retry: { max_attempts: 1 },
  });
  for (const status of [500, 200, 500]) {
    receiver.answer(status);
    await happen();
    await runJobs(world.server);
  }
  expect(await now()).toMatchObject({ status: "active" });
  await happen();
  await runJobs(world.server);
  expect(await now()).toMatchObject({ status: "failing" });
});

test("a paused webhook is sent nothing: what was planned waits, what happens meanwhile is not for it", async () => {
  const { receiver, happen, deliveries, api, path } = await newHook(world);
  receiver.answer(500);
  await happen();
  await runJobs(world.server);
  good(await api.patch(path, { status: "disabled", status_reason: "moving" }));
  await happen();
  receiver.answer(200);
  await later(world, minute);
  expect((await deliveries()).map(({ status }) => status)).toEqual(["waiting"]);
  expect(receiver.received).toHaveLength(1);
  good(await api.patch(path, { status: "active" }));
  await runJobs(world.server);
  expect((await deliveries()).map(({ status }) => status)).toEqual(["succeeded"]);
  const types = good(await api.get("events?event_types=webhook.*")).map(({ type }: { type: string }) => type);
  expect(types).toEqual(["webhook.resumed", "webhook.paused", "webhook.created"]);
});

test("what a deleted webhook had still to be sent is not sent", async () => {
  const { receiver, happen, api, path, webhook } = await newHook(world);
  await happen();
  good(await api.delete(path));
  await runJobs(world.server);
  expect(receiver.received).toEqual([]);
  expect((await api.get(`${path}/deliveries`)).status).toBe(404);
  const [row] = await world.sql("select status, last_error from webhook_deliveries where webhook_id = $1", [
    webhook.id,
  ]);
  expect(row).toEqual({ status: "failed", last_error: "The webhook was deleted." });
});
