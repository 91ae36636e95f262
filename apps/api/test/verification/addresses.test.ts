import { expect, test } from "vitest";
import { addressOf, sourceOf } from "../../src/domain/ip.ts";
import { createWorld } from "../harness/world.ts";
import { createStand, makeOrganization, verificationsOf } from "./stand.ts";

const world = await createWorld();
const stand = await createStand(world);

const orgKey = async (ip_allowlist: string[]) => (await makeOrganization(await world.tenant())).key({ ip_allowlist });
const from = (ip: string) => ({ "x-client-ip": ip });

test("a key is good only from its addresses, and a refused one leaves no event", async () => {
  const here = await orgKey(["10.0.0.0/8", "127.0.0.1"]);
  const elsewhere = await orgKey(["10.0.0.0/8", "2001:db8::/32"]);
  expect((await stand.me(here)).status).toBe(200);
  expect((await stand.me(elsewhere)).status).toBe(401);
  expect(await verificationsOf(world, here)).toBe(1);
  expect(await verificationsOf(world, elsewhere)).toBe(0);
});

test("a backend names its caller's address in X-Client-IP", async () => {
  const key = await orgKey(["10.0.0.0/8", "2001:db8::/32"]);
  for (const ip of ["10.1.2.3", "2001:db8::7", "::ffff:10.1.2.3", "::ffff:a01:203"]) {
    expect((await stand.me(key, from(ip))).status, ip).toBe(200);
  }
  for (const ip of ["11.1.2.3", "2001:db9::7", "127.0.0.1"])
    expect((await stand.me(key, from(ip))).status, ip).toBe(401);
  const seen = await world.sql("select auth->>'ip' as ip from events where key_id = $1 and metered order by id", [
    key.id,
  ]);
  expect(seen.map(({ ip }) => ip)).toEqual(["10.1.2.3", "2001:db8::7", "10.1.2.3", "10.1.2.3"]);
});

test("the peer's own address does not count where another one is named", async () => {
  const key = await orgKey(["127.0.0.1"]);
  expect((await stand.me(key)).status).toBe(200);
  expect((await stand.me(key, from("8.8.8.8"))).status).toBe(401);
});

test("an account's key cannot name its way around its own allow-list", async () => {
  const { api } = await world.tenant();
  const restrictions = { scopes: ["issuers:read"], ip_allowlist: ["10.0.0.0/8"] };
  const { body } = await api.post("api-keys", { name: "office", restrictions });
  const key = { id: body.data.id, secret: body.data.secret_plain };
  expect((await stand.me(key, from("10.1.2.3"))).status).toBe(401);
  expect((await stand.me(key)).status).toBe(401);
});

test.each(["", "localhost", "10.1.2.3, 10.1.2.4", "10.1.2.3:80", "300.1.2.3", "010.1.2.3", "0x0a.1.2.3", '"},{"'])(
  "X-Client-IP %j is not an address",
  async (ip) => {
    const key = await orgKey([]);
    const answer = await stand.me(key, from(ip));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ fields: [{ field: "X-Client-IP", code: "invalid" }] });
    expect(await verificationsOf(world, key)).toBe(0);
  },
);

test("addresses have one form, and none of it could be anything else in SQL", () => {
  const forms = {
    "127.0.0.1": "127.0.0.1",
    "::ffff:127.0.0.1": "127.0.0.1",
    "::FFFF:127.0.0.1": "127.0.0.1",
    "fe80::1%eth0": "fe80::1",
    "::1": "::1",
    "1.2.3": undefined,
    "fe80::1%eth0}": "fe80::1",
    "1.2.3.4/32": undefined,
  };
  for (const [text, address] of Object.entries(forms)) expect(addressOf(text), text).toBe(address);
});

test("a site of IPv6 is one source, and so is an address of IPv4, in whatever form it comes", () => {
  expect(sourceOf("2001:db8:1:2::7")).toBe("2001:db8:1:2::/64");
  expect(sourceOf("2001:db8:1:2::7")).toBe(sourceOf("2001:db8:1:2:ffff::1"));
  expect(sourceOf("2001:db8:1:2::7")).not.toBe(sourceOf("2001:db8:1:3::7"));
  expect(sourceOf("::ffff:10.0.0.1")).toBe("10.0.0.1");
  expect(sourceOf(undefined)).toBe("unknown");
  expect(sourceOf("10.0.0.1")).not.toBe(sourceOf("10.0.0.2"));
});
