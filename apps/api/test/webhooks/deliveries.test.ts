import { execFileSync, spawnSync } from "node:child_process";
import { verifyWebhook } from "@authpi/admin/webhooks";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { expect, test, vi } from "vitest";
import { good, whoami } from "../core/support.ts";
import { createWorld } from "../harness/world.ts";
import { startReceiver } from "./receiver.ts";
import { newHook } from "./support.ts";

const world = await createWorld({ jobs: true });

test("an event arrives signed, and its delivery says so", async () => {
  const receiver = await startReceiver();
  const { api, accountId } = await world.tenant();
  const made = good(
    await api.post("webhooks", {
      name: "a",
      url: receiver.url,
      events: ["issuer.*"],
      auth: { type: "bearer+signature" },
    }),
  );
  good(await api.post("issuers", { name: "acme" }));
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
  const [{ headers, text, body } = never()] = receiver.received;
  expect(headers).toMatchObject({
    "content-type": "application/cloudevents+json",
    authorization: `Bearer ${made.auth.bearer_token_plain}`,
    "user-agent": "AuthPI-Webhooks/0.1.0",
    "x-webhook-attempt": "1",
    "webhook-id": body.id,
  });
  const [event] = good(await api.get("events?event_types=issuer.created"));
  expect(body).toEqual({
    specversion: "1.0",
    id: event.id,
    source: `${world.server.url}/v1/accounts/${accountId}`,
    type: "issuer.created",
    subject: event.subject.id,
    time: new Date(event.timestamp).toISOString(),
    datacontenttype: "application/json",
    data: event,
  });
  const standard = new StandardWebhook(made.auth.signature_secret_plain.slice("whs_".length));
  expect(standard.verify(text, headers as Record<string, string>)).toEqual(body);
  expect(await verifyWebhook(text, headers, made.auth.signature_secret_plain)).toEqual(body);
  const { "webhook-signature": _, ...ours } = headers;
  expect(await verifyWebhook(text, ours, made.auth.signature_secret_plain)).toEqual(body);
  await vi.waitFor(async () => {
    const [delivery] = good(await api.get(`webhooks/${made.id}/deliveries`));
    expect(delivery).toMatchObject({
      status: "succeeded",
      attempt_count: 1,
      last_response_status: 200,
      event_id: event.id,
    });
  });
  expect(world.server.complaints).toEqual([]);
});

test("the published Python library verifies what is sent", async (context) => {
  if (!hasPython()) return context.skip();
  const { receiver, happen, webhook } = await newHook(world);
  await happen();
  await vi.waitFor(() => expect(receiver.received).toHaveLength(1));
  const [{ headers, text } = never()] = receiver.received;
  const program = `import json, sys
from standardwebhooks.webhooks import Webhook
sent = json.load(sys.stdin)
print(Webhook(sent["secret"]).verify(sent["text"].encode(), sent["headers"])["id"])`;
  const secret = webhook.auth.signature_secret_plain.slice("whs_".length);
  const input = JSON.stringify({ secret, text, headers });
  expect(execFileSync("python3", ["-c", program], { input, encoding: "utf8" }).trim()).toBe(headers["webhook-id"]);
});

test("without a signature nothing is signed, and metered events are never sent", async () => {
  const { api, receiver, happen, deliveries } = await newHook(world, { auth: { type: "none" }, events: [] });
  const issuer = good(await api.post("issuers", { name: "acme" }));
  const organization = good(await api.post(`issuers/${issuer.id}/organizations`, { name: "Globex" }));
  const place = `issuers/${issuer.id}/organizations/${organization.id}/api-keys`;
  const made = good(await api.post(place, { name: "backend", restrictions: {} }));
  expect((await whoami(world, { id: made.id, secret: made.secret_plain })).status).toBe(200);
  const last = await happen();
  await vi.waitFor(() => expect(receiver.received.map(({ body }) => body.id)).toContain(last));
  const types = (await deliveries()).map(({ event_type }) => event_type);
  expect(types).toEqual([
    "note.created",
    "api-key.created",
    "organization.created",
    "issuer.created",
    "webhook.created",
  ]);
  expect(good(await api.get("events?limit=2")).map(({ type }: { type: string }) => type)).toContain("api-key.verified");
  for (const { headers } of receiver.received) {
    expect(Object.keys(headers).filter((name) => /signature|authorization/.test(name))).toEqual([]);
  }
});

/** Whether this machine's Python has the library; where it lacks, the test is skipped and says what to install. */
const hasPython = (): boolean => {
  const { status } = spawnSync("python3", ["-c", "import standardwebhooks"]);
  if (status !== 0)
    console.warn("Skipped for the lack of Python's standardwebhooks. Install it: pip install standardwebhooks");
  return status === 0;
};

const never = () => {
  throw new Error("Nothing was received.");
};
