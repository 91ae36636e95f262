import { expect, test } from "vitest";
import type { Credential } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { createStand, makeOrganization, verificationsOf } from "./stand.ts";

const world = await createWorld();
const organization = await makeOrganization(await world.tenant());
const keysOf = (count: number) => Promise.all(Array.from({ length: count }, () => organization.key()));
const keys = await keysOf(8);
const keyAt = (n: number): Credential => keys[n % keys.length] ?? { id: "", secret: "" };
const recorded = async () => {
  const counts = await Promise.all(keys.map((key) => verificationsOf(world, key)));
  return counts.reduce((sum, count) => sum + count, 0);
};

test("64 callers in a closed loop share their statements, and each verification is exactly one event", async () => {
  const { verifier } = await createStand(world);
  const before = await recorded();
  const loop = async (caller: number) => {
    for (let call = 0; call < 50; call++) {
      const presented = { ...keyAt(caller + call), ip: "127.0.0.1", trace: `req_${caller}_${call}` };
      expect(await verifier.check(presented)).toMatchObject({ keyId: presented.id, account: false });
    }
  };
  await Promise.all(Array.from({ length: 64 }, (_, caller) => loop(caller)));
  expect(verifier.items).toBe(64 * 50);
  expect((await recorded()) - before).toBe(64 * 50);
  expect(verifier.statements / verifier.items).toBeLessThanOrEqual(0.06);
});

test("each 200 is exactly one event", async () => {
  const stand = await createStand(world);
  const before = await recorded();
  const loop = async (caller: number) => {
    for (let call = 0; call < 20; call++) expect((await stand.me(keyAt(caller + call))).status).toBe(200);
  };
  await Promise.all(Array.from({ length: 64 }, (_, caller) => loop(caller)));
  expect((await recorded()) - before).toBe(64 * 20);
});

test("an account's keys share statements with the others, and leave no events", async () => {
  const stand = await createStand(world);
  const { key } = await world.tenant();
  const before = await recorded();
  expect(await stand.many(64, (n) => (n % 2 === 0 ? key : keyAt(n)))).toEqual({ 200: 64 });
  expect(await verificationsOf(world, key)).toBe(0);
  expect((await recorded()) - before).toBe(32);
});

test("one that the database cannot take fails alone, and nobody else's event is lost or doubled", async () => {
  const stand = await createStand(world);
  const [poison = keyAt(0)] = await keysOf(1);
  await world.sql(`alter table events add constraint poison check (key_id <> '${poison.id}') not valid`);
  const before = await recorded();
  const presented = Array.from({ length: 64 }, (_, n) => ({
    ...(n === 40 ? poison : keyAt(n)),
    ip: "127.0.0.1",
    trace: `req_${n}`,
  }));
  const answers = await Promise.allSettled(presented.map((one) => stand.verifier.check(one)));
  const overHttp = await stand.me(poison);
  await world.sql("alter table events drop constraint poison");
  expect(answers.flatMap(({ status }, n) => (status === "rejected" ? [n] : []))).toEqual([40]);
  expect((await recorded()) - before).toBe(63);
  // 63 travel together behind the first, and are halved six times.
  expect(stand.verifier.statements).toBeLessThanOrEqual(2 + 2 * 6 + 1);
  expect(overHttp.status).toBe(500);
  expect(await verificationsOf(world, poison)).toBe(0);
  expect((await stand.me(poison)).status).toBe(200);
});

test("a caller beside a flood goes with the next statement", async () => {
  const { verifier } = await createStand(world, { slowMs: 30_000 });
  const check = (key: Credential) => verifier.check({ ...key, ip: "127.0.0.1", trace: "req_flood" });
  let flooding = true;
  const flood = Array.from({ length: 200 }, async () => {
    while (flooding) await check(keyAt(0));
  });
  for (let call = 0; call < 50; call++) {
    const before = verifier.statements;
    expect(await check(keyAt(1))).toMatchObject({ keyId: keyAt(1).id });
    // Its own, and the one behind it, which is sent before the answers are given.
    expect(verifier.statements - before).toBeLessThanOrEqual(2);
  }
  flooding = false;
  await Promise.all(flood);
});

test("no request that is sent after a revocation was answered is let in, by any process under load", async () => {
  const stands = [await createStand(world), await createStand(world)];
  const { api } = await world.tenant();
  const [victim = keyAt(0)] = await keysOf(1);
  let loading = true;
  const load = Array.from({ length: 32 }, async (_, n) => {
    while (loading) await stands[n % 2]?.me(keyAt(n));
  });
  const state = (status: string) => world.sql("update api_keys set status = $2 where id = $1", [victim.id, status]);
  const ask = () => Promise.all(stands.flatMap((stand) => [stand.me(victim), stand.me(victim)]));
  const seen: number[][] = [[], []];
  for (let round = 0; round < 50; round++) {
    await state("blocked");
    seen[0]?.push(...(await ask()).map(({ status }) => status));
    await state("active");
    seen[1]?.push(...(await ask()).map(({ status }) => status));
  }
  loading = false;
  await Promise.all(load);
  expect(new Set(seen[0])).toEqual(new Set([401]));
  expect(new Set(seen[1])).toEqual(new Set([200]));
  expect(await verificationsOf(world, victim)).toBe(seen[1]?.length);
  expect((await api.get("/v1/me")).status).toBe(200);
});
