import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { expect, onTestFinished, test } from "vitest";
import { basic, type Credential } from "../harness/client.ts";
import { createWorld } from "../harness/world.ts";
import { backendsOf, createStand, makeOrganization, type Stand, tally, verificationsOf } from "./stand.ts";

const world = await createWorld();
const organization = await makeOrganization(await world.tenant());
const key = await organization.key();
const other = await organization.key();

/** Stands PostgreSQL's processes still, and lets them go on in any case. */
const freeze = (pids: readonly number[]) => {
  const signal = (name: NodeJS.Signals) => {
    for (const pid of pids) process.kill(pid, name);
  };
  signal("SIGSTOP");
  onTestFinished(() => signal("SIGCONT"));
  return { thaw: () => signal("SIGCONT") };
};

/** A stand that is alone in the database, and the backends of its two lanes. */
const aloneWith = async (limits: Parameters<typeof createStand>[1]) => {
  const before = await backendsOf(world);
  const stand = await createStand(world, limits);
  onTestFinished(() => stand.close());
  const mine = async () => (await backendsOf(world)).filter((pid) => !before.includes(pid));
  await until(async () => (await mine()).length === 2);
  return { stand, lanes: await mine() };
};

const until = async (condition: () => boolean | Promise<boolean>) => {
  const deadline = Date.now() + 15_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("It did not come to pass.");
    await delay(10);
  }
};
const again = (stand: Stand) => until(async () => (await stand.me(key)).status === 200);
