import { expect, test } from "vitest";
import { createWorld } from "../harness/world.ts";
import { eventsBy, expectRefusal, good, idsOf, newPlace, newUser } from "./support.ts";

const world = await createWorld();
const DAY = 86_400_000;

const newScene = async (trusted_devices: object = {}) => {
  const place = await newPlace(world, { issuer: { settings: { security: { trusted_devices } } } });
  const user = await newUser(place, "ada");
  const devices = `${place.issuer}/users/${user.id}/trusted-devices`;
  const trust = (fingerprint: string, more: object = {}) => place.api.post(devices, { fingerprint, ...more });
  return { ...place, user, devices, trust };
};

test("a device is trusted for as long as the issuer says, and answers with its id and that time", async () => {
  const { api, user, devices, trust } = await newScene({ max_age: 3600 });
  const before = world.server.clock.now();
  const made = await trust("one", { name: "Laptop", user_agent: "Firefox" });
  expect(Object.keys(made.body.data)).toEqual(["device_id", "expires_at"]);
  const { device_id, expires_at } = good(made);
  expect(made.headers.get("location")).toMatch(new RegExp(`/users/${user.id}/trusted-devices/${device_id}$`));
  expect(expires_at).toBeGreaterThanOrEqual(before + 3_600_000);
  expect(expires_at).toBeLessThan(before + 3_700_000);
  const [device] = good(await api.get(devices));
  expect(device).toMatchObject({ id: device_id, user_id: user.id, fingerprint: "one", name: "Laptop", expires_at });
  expect(device).toMatchObject({ user_agent: "Firefox", last_used_at: null, trusted_at: expires_at - 3_600_000 });
});

test("the same fingerprint again renews the trust of the same device", async () => {
  const { api, devices, trust } = await newScene();
  const first = good(await trust("one", { name: "Laptop", user_agent: "Firefox" }));
  world.server.clock.advance(DAY);
  const events = await eventsBy(api, async () => {
    const again = await trust("one", { name: "Desk" });
    expect(again.status).toBe(201);
    expect(good(again)).toMatchObject({ device_id: first.device_id });
    expect(good(again).expires_at).toBeGreaterThanOrEqual(first.expires_at + DAY);
  });
  expect(events).toMatchObject([
    { type: "user.device.trusted", data: { previous: { name: "Laptop", expires_at: first.expires_at } } },
  ]);
  const list = good(await api.get(devices));
  expect(list).toMatchObject([{ id: first.device_id, name: "Desk", user_agent: "Firefox" }]);
});

test("no event tells a device's fingerprint", async () => {
  const { api, devices, trust } = await newScene();
  const events = await eventsBy(api, async () => {
    const { device_id } = good(await trust("a-fingerprint"));
    good(await trust("a-fingerprint"));
    good(await api.delete(`${devices}/${device_id}`));
  });
  expect(events).toHaveLength(3);
  expect(JSON.stringify(events)).not.toContain("fingerprint");
});

test("a device whose trust has ended is gone, and can be trusted again", async () => {
  const { api, devices, trust } = await newScene({ max_age: 60 });
  const { device_id } = good(await trust("one"));
  good(await trust("two"));
  world.server.clock.advance(61_000);
  expect(await idsOf(api, devices)).toEqual([]);
  expectRefusal(await api.delete(`${devices}/${device_id}`), 404);
  expect(good(await api.post(`${devices}/revoke-all`))).toEqual({ revoked_count: 0 });
  good(await trust("three"));
  expect(good(await trust("one")).device_id).not.toBe(device_id);
  expect(await idsOf(api, devices)).toHaveLength(2);
});

test("revoke-all ends the trust of the user's own devices, with an event for each", async () => {
  const place = await newScene();
  const { api, devices, trust, user } = place;
  for (const fingerprint of ["one", "two"]) good(await trust(fingerprint));
  const other = `${place.issuer}/users/${(await newUser(place, "bob")).id}/trusted-devices`;
  good(await api.post(other, { fingerprint: "one" }));
  const events = await eventsBy(api, async () => {
    expect(good(await api.post(`${devices}/revoke-all`))).toEqual({ revoked_count: 2 });
    expect(good(await api.post(`${devices}/revoke-all`))).toEqual({ revoked_count: 0 });
  });
  expect(events.map(({ type }) => type)).toEqual(["user.device.revoked", "user.device.revoked"]);
  expect(events[0]?.subject).toMatchObject({ user_id: user.id });
  expect(await idsOf(api, devices)).toEqual([]);
  expect(await idsOf(api, other)).toHaveLength(1);
});

test("a user trusts at most 50 devices, and one of one fingerprint, however many come at once", async () => {
  const { api, devices, trust } = await newScene();
  const same = await Promise.all(Array.from({ length: 5 }, () => trust("same")));
  expect(new Set(same.map((answer) => good(answer).device_id)).size).toBe(1);
  const many = await Promise.all(Array.from({ length: 55 }, (_, n) => trust(`device ${n}`)));
  expect(many.filter(({ status }) => status === 201)).toHaveLength(49);
  expect(many.filter(({ status }) => status === 409)).toHaveLength(6);
  good(await trust("same"));
  expect(await idsOf(api, devices)).toHaveLength(50);
});

test("where the issuer's trusted devices are off, none is trusted, and those that are can be revoked", async () => {
  const { api, issuer, devices, trust } = await newScene();
  const { device_id } = good(await trust("one"));
  good(await api.patch(issuer, { settings: { security: { trusted_devices: { enabled: false } } } }));
  expectRefusal(await trust("two"), 409);
  good(await api.delete(`${devices}/${device_id}`));
});

test("a deleted user has no devices, a user who never was neither", async () => {
  const { api, issuer, user, devices, trust } = await newScene();
  const { device_id } = good(await trust("one"));
  good(await api.delete(`${issuer}/users/${user.id}`));
  expectRefusal(await api.get(devices), 404);
  expectRefusal(await trust("two"), 404);
  expectRefusal(await api.post(`${devices}/revoke-all`), 404);
  expectRefusal(await api.delete(`${devices}/${device_id}`), 404);
  expectRefusal(await api.get(`${issuer}/users/usr_none/trusted-devices`), 404);
});
