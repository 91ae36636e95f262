import { expect, test } from "vitest";
import { good, newKey, newPlace } from "../core/support.ts";
import { runJobs } from "../harness/jobs.ts";
import { eventsOf } from "../harness/rows.ts";
import { createWorld } from "../harness/world.ts";

const world = await createWorld();
const { clock, database } = world.server;
const hour = 3_600_000;
const expiredEvents = async (accountId: string) =>
  (await eventsOf(world, accountId)).filter(({ type }) => type === "api-key.expired");

test("a key that expires tells so once, as the system", async () => {
  const place = await newPlace(world);
  const { accountId, api, organization, issuerId, orgId } = place;
  const expires_at = clock.now() + hour;
  const key = await newKey(api, `${organization}/api-keys`, ["read"], { expires_at });
  const own = await newKey(api, "api-keys", [], { expires_at });
  expect(await runJobs(world.server)).toEqual([]);
  clock.advance(hour);
  expect(await runJobs(world.server)).toHaveLength(2);

  const events = await expiredEvents(accountId);
  expect(events.map(({ subject }) => subject.id).sort()).toEqual([key.id, own.id].sort());
  const event = events.find(({ subject }) => subject.id === key.id);
  expect(event).toMatchObject({
    source: "jobs",
    trigger: "api-keys.expire",
    auth: { type: "system" },
    subject: { type: "api_key", issuer_id: issuerId, org_id: orgId, key_id: key.id },
    data: { resource: { id: key.id, status: "expired", expires_at }, previous: { status: "active" } },
  });
  expect(JSON.stringify(event)).not.toContain("secret_mac");

  await database.transaction(accountId, (tx) =>
    tx.enqueue("api-keys.expire", { data: { accountId, keyId: key.id, expiresAt: expires_at } }),
  );
  expect(await runJobs(world.server)).toHaveLength(1);
  expect(await expiredEvents(accountId)).toHaveLength(2);
});

test("a key whose time is moved or taken away, and one that is revoked or gone, tells nothing at the old time", async () => {
  const place = await newPlace(world);
  const { accountId, api, organization } = place;
  const keys = `${organization}/api-keys`;
  const expires_at = clock.now() + hour;
  const make = () => newKey(api, keys, [], { expires_at });
  const [later, never, revoked, deleted] = [await make(), await make(), await make(), await make()];
  good(await api.patch(`${keys}/${later.id}`, { expires_at: expires_at + hour }));
  good(await api.patch(`${keys}/${never.id}`, { expires_at: null }));
  good(await api.post(`${keys}/${revoked.id}/revoke`));
  good(await api.delete(`${keys}/${deleted.id}`));
  clock.advance(hour);
  expect(await runJobs(world.server)).toHaveLength(4);
  expect(await expiredEvents(accountId)).toEqual([]);

  clock.advance(hour);
  expect(await runJobs(world.server)).toHaveLength(1);
  expect((await expiredEvents(accountId)).map(({ subject }) => subject.id)).toEqual([later.id]);
  // Extended behind its end, it lives again, and expires again.
  good(await api.patch(`${keys}/${later.id}`, { expires_at: clock.now() + hour }));
  clock.advance(hour);
  await runJobs(world.server);
  expect(await expiredEvents(accountId)).toHaveLength(2);
});

test("a change that leaves the time as it is brings no further job, and the farthest time is taken", async () => {
  const { api } = await newPlace(world);
  const key = await newKey(api, "api-keys", [], { expires_at: 8_640_000_000_000_000 });
  good(await api.patch(`api-keys/${key.id}`, { name: "other", expires_at: key.expires_at }));
  const jobs = "select id from pgboss.job where name = 'api-keys.expire' and data ->> 'keyId' = $1";
  expect(await world.sql(jobs, [key.id])).toHaveLength(1);
});

test("idempotency keys that have expired are swept, of every account, and no others", async () => {
  const [one, two] = [await world.tenant(), await world.tenant()];
  const post = ({ api }: typeof one, key: string) => api.post("issuers", { name: "x" }, { "idempotency-key": key });
  for (const tenant of [one, two]) await post(tenant, "old");
  clock.advance(25 * hour);
  await post(one, "new");
  const sweep = () => database.transaction(one.accountId, (tx) => tx.enqueue("idempotency.sweep", { data: {} }));
  await sweep();
  expect((await runJobs(world.server)).filter(({ error }) => error)).toEqual([]);
  const rows = await world.sql("select account_id from idempotency_keys");
  expect(rows).toEqual([{ account_id: one.accountId }]);
});
