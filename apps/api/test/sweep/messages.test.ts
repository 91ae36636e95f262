import { expect, test } from "vitest";
import { messagesDuring } from "../harness/messages.ts";
import { everyOperation } from "../harness/operations.ts";
import { makeOne, setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
// What puts in a process's first job asks once what queues there are.
const { accountId } = await world.tenant();
await world.server.database.transaction(accountId, (tx) => tx.enqueue("idempotency.sweep", { data: {} }));
const messagesMax = { GET: 4, POST: 6, PUT: 6, PATCH: 6, DELETE: 6 };
/** What does more than one thing: an attempt in two transactions, the end of what hung off it, a mail with its limits and its jobs. */
const ofMore: Readonly<Record<string, number>> = {
  "webhooks.test": 7,
  "webhooks.deliveries.redeliver": 8,
  "issuers.users.delete": 7,
  "issuers.organizations.delete": 7,
  "issuers.organizations.invitations.create": 9,
  "issuers.organizations.invitations.resend": 9,
};

test.each(everyOperation)("$id takes few messages to PostgreSQL, whatever it holds", async (one) => {
  const { send } = await setScene(world, one);
  const messages = await messagesDuring(world, send);
  expect(messages.length, messages.join("\n")).toBeLessThanOrEqual(ofMore[one.id] ?? messagesMax[one.method]);
});

const collections = everyOperation.filter(({ operation: { kind, item } }) => kind === "list" && !item);

test.each(collections)("$id takes as many messages for several rows as for one", async (one) => {
  const { send, tenant, params } = await setScene(world, one);
  const lengthOf = async () => (await send()).body.data.length;
  const [length, messages] = [await lengthOf(), await messagesDuring(world, send)];
  // Some nouns are made elsewhere, are one of a kind, or are only begun by their create: there the page does not grow.
  for (let n = 0; n < 3; n++) await makeOne(tenant, one.resource, params).catch(() => undefined);
  grown.push((await lengthOf()) > length);
  expect(await messagesDuring(world, send)).toHaveLength(messages.length);
});
const grown: boolean[] = [];

test("nearly every page has grown for that", () => {
  expect(grown.filter((has) => !has).length).toBeLessThanOrEqual(5);
  expect(grown.filter(Boolean).length).toBeGreaterThan(15);
});
