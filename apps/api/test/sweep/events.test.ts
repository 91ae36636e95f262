import { EventSubject, type Resource } from "@authpi/schema";
import { expect, test } from "vitest";
import type { Answer } from "../harness/client.ts";
import { everyOperation, everyWrite } from "../harness/operations.ts";
import { type EventRow, eventsOf, hiddenBytesOf, holdingsOf } from "../harness/rows.ts";
import { madeId, setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();

test.each(everyOperation)("$id records what it declares, once, and nothing else", async (one) => {
  const { send, tenant, params } = await setScene(world, one);
  const before = await eventsOf(world, tenant.accountId);
  const answer = await send();
  const events = (await eventsOf(world, tenant.accountId)).slice(before.length);
  expect(events.map(({ type }) => type)).toEqual((one.operation.emits ?? []).slice(0, 1));
  const [event] = events;
  if (!event) return;

  expect(event.trigger).toBe(`${one.resource.name}.${one.name}`);
  expect(event.trace).toBe(answer.headers.get("x-request-id"));
  expect(event.auth).toMatchObject({ type: "api_key", key_id: tenant.key.id, ip: "127.0.0.1" });
  expect(event.subject).toMatchObject(partiesOf(event, { ...params, ...ownId(one.resource, answer) }));
  const shown = await tenant.api.get(`events/${event.id}`);
  expect(shown.body.data).toMatchObject({ id: event.id, type: event.type, data: event.data, subject: event.subject });
  await expectNoSecret(tenant.accountId, event, answer);
});

/** What was created has its id in the answer alone. */
const ownId = (resource: Resource, answer: Answer) =>
  answer.status === 201 ? { [resource.param]: madeId(resource, answer) } : {};

/** Every party that the path or the resource names. */
const partiesOf = ({ data }: EventRow, params: Record<string, string>): Record<string, unknown> => {
  const resource = Object(data.resource);
  const member = params.member_id?.startsWith("usr_") ? { user_id: params.member_id } : {};
  const known = { ...resource, ...params, ...member };
  const parties = Object.keys(EventSubject.properties).filter((name) => name.endsWith("_id") && known[name]);
  return { id: resource.id, ...Object.fromEntries(parties.map((name) => [name, known[name]])) };
};

const expectNoSecret = async (accountId: string, event: EventRow, { body }: Answer): Promise<void> => {
  const text = JSON.stringify(event);
  const { secret_plain, secret, provisioning_uri, codes, backup_codes } = body?.data ?? {};
  const plain = [secret_plain, secret, provisioning_uri, codes, backup_codes].flat().filter(Boolean);
  const hidden = (await hiddenBytesOf(world, accountId)).flatMap((bytes) =>
    (["hex", "base64", "base64url"] as const).map((encoding) => bytes.toString(encoding)),
  );
  for (const one of [...plain, ...hidden]) expect(text).not.toContain(one);
  expect(text).not.toMatch(/_plain|_mac|pepper|"private_key"/);
};

const refusedTrace = "f".repeat(32);

test("an operation whose event cannot be written has done nothing", async () => {
  await world.sql(`create function refuse_event() returns trigger language plpgsql as
    $$ begin raise exception 'this event cannot be written'; end $$`);
  await world.sql(`create trigger refuse before insert on events for each row
    when (new.trace = '${refusedTrace}') execute function refuse_event()`);
  const recording = everyWrite.filter(({ operation }) => operation.emits?.length);
  for (const one of recording) {
    const { send, tenant } = await setScene(world, one);
    const before = await holdingsOf(world, tenant.accountId);
    const headers = { traceparent: `00-${refusedTrace}-${"a".repeat(16)}-01`, "idempotency-key": "a key" };
    const answer = await send({ headers });
    expect(answer.status, one.id).toBe(500);
    expect(answer.text).not.toContain("this event");
    expect(await holdingsOf(world, tenant.accountId), one.id).toEqual(before);
    // The error has freed the key.
    expect((await send({ headers: { "idempotency-key": "a key" } })).status, one.id).toBeLessThan(300);
  }
  expect(world.server.complaints.length).toBe(recording.length);
  for (const line of world.server.complaints) expect(line).toMatch(/"reqId":"req_.*this event cannot be written/);
});
