import { expect, test } from "vitest";
import { messagesDuring } from "../harness/messages.ts";
import { everyOperation } from "../harness/operations.ts";
import { setScene } from "../harness/scene.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
// What puts in a process's first job asks once what queues there are.
const { accountId } = await world.tenant();
await world.server.database.transaction(accountId, (tx) => tx.enqueue("idempotency.sweep", { data: {} }));
// Between its begin and its commit, a POST that sends a mail loads, looks up, counts, writes, and leaves a mail, a job and an event.
const messagesMax = { GET: 4, POST: 9, PUT: 6, PATCH: 6, DELETE: 7 };

test.each(everyOperation)("$id takes few messages to PostgreSQL, whatever it holds", async (one) => {
  const { send } = await setScene(world, one);
  const messages = await messagesDuring(world, send);
  expect(messages.length, messages.join("\n")).toBeLessThanOrEqual(messagesMax[one.method]);
});
