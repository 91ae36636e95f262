import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { credentialOf, eventsOf, good, newKey, newPlace, whoami } from "./support.ts";

const world = await createWorld();
const { clock } = world.server;

const newSubject = async () => {
  const place = await newPlace(world);
  const { credential, ...key } = await newKey(place.api, `${place.organization}/api-keys`, ["invoices:read"]);
  const path = `${place.organization}/api-keys/${key.id}`;
  const rotate = async (body?: object) => good(await place.api.post(`${path}/rotate`, body));
  const secretNow = async () => good(await place.api.get(path)).secret;
  const verifies = async (one = credential) => (await whoami(world, one)).status === 200;
  return { ...place, key, old: credential, path, rotate, secretNow, verifies };
};

test("a rotated key has a new secret and stays what it was", async () => {
  const { api, key, rotate, old, path } = await newSubject();
  const { secret_plain, secret, updated_at, ...same } = await rotate();
  const { secret_plain: oldPlain, secret: _, updated_at: __, ...before } = key;
  expect(same).toEqual(before);
  expect(secret_plain).not.toBe(oldPlain);
  expect(updated_at).toBeGreaterThan(key.updated_at);
  expect(secret).toEqual({
    ...{ algorithm: "sha256", hint: secret_plain.slice(-8), last_rotated_at: expect.any(Number), last_used_at: null },
    previous: { expires_at: secret.last_rotated_at + 900_000, last_used_at: null },
  });
  const [event] = await eventsOf(api, `key_id=${old.id}&event_types=api-key.rotated`);
  expect(JSON.stringify(event)).not.toContain(secret_plain);
  expect((await api.get(path)).text).not.toContain(secret_plain);
});

test.each([
  [undefined, 900],
  [{}, 900],
  [{ grace_period_seconds: 60 }, 60],
  [{ grace_period_seconds: 86_400 }, 86_400],
])("rotation by %j leaves the old secret valid for %i seconds and no longer", async (body, seconds) => {
  const { rotate, old, verifies, secretNow } = await newSubject();
  const now = credentialOf(await rotate(body));
  clock.advance(seconds * 1000 - 5000);
  expect([await verifies(old), await verifies(now)]).toEqual([true, true]);
  clock.advance(5001);
  expect([await verifies(old), await verifies(now)]).toEqual([false, true]);
  expect((await secretNow()).previous).toBeNull();
});

test("rotation without grace ends the old secret at once", async () => {
  const { rotate, old, verifies } = await newSubject();
  const rotated = await rotate({ grace_period_seconds: 0 });
  expect(rotated.secret.previous).toBeNull();
  expect([await verifies(old), await verifies(credentialOf(rotated))]).toEqual([false, true]);
});

test("a grace period beyond a day, below nothing or of a part of a second is refused", async () => {
  const { api, path } = await newSubject();
  for (const grace_period_seconds of [86_401, -1, 0.5]) {
    const answer = await api.post(`${path}/rotate`, { grace_period_seconds });
    expect(answer.status).toBe(400);
    expect(answer.body.fields).toMatchObject([{ field: "grace_period_seconds" }]);
  }
});

test("secret.previous shows whether anyone still uses the old secret", async () => {
  const { rotate, old, verifies, secretNow } = await newSubject();
  const now = credentialOf(await rotate());
  expect(await verifies(now)).toBe(true);
  expect(await secretNow()).toMatchObject({ last_used_at: expect.any(Number), previous: { last_used_at: null } });
  clock.advance(61_000);
  expect(await verifies(old)).toBe(true);
  const { previous } = await secretNow();
  expect(previous.last_used_at).toBeGreaterThan(clock.now() - 60_000);
});

test("the newest secret and the one before are good; a second rotation ends the first", async () => {
  const { rotate, old, verifies } = await newSubject();
  const second = credentialOf(await rotate());
  const third = credentialOf(await rotate());
  expect([await verifies(old), await verifies(second), await verifies(third)]).toEqual([false, true, true]);
});

test("a blocked key can be rotated and stays blocked; a revoked one cannot", async () => {
  const { api, path, rotate, verifies } = await newSubject();
  good(await api.post(`${path}/block`));
  const rotated = await rotate();
  expect(rotated.status).toBe("blocked");
  expect(await verifies(credentialOf(rotated))).toBe(false);
  good(await api.post(`${path}/unblock`));
  expect(await verifies(credentialOf(rotated))).toBe(true);
  good(await api.post(`${path}/revoke`));
  expect((await api.post(`${path}/rotate`)).status).toBe(409);
});
