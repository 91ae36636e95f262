import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { cpuOf, cpuOfChildren, machine, usedBetween } from "./cpu.ts";
import type { Order, Result, Target } from "./load.ts";

export interface Subject {
  name: string;
  pid: number;
  target: Target;
  /** Its own postmaster, where it is not the plan's. */
  postgresPid?: number;
}

/** One block of one subject; CPU in microseconds for each good answer. */
export interface Block extends Result {
  nodeUs: number;
  postgresUs: number;
  /** The share of the machine that was taken by what is not measured here. */
  others: number;
}

export interface Plan {
  blocks: number;
  blockMs: number;
  warmUpMs: number;
  /** The postmaster, whose children are counted. */
  postgresPid: number;
}

/**
 * Measures two subjects in interleaved blocks, A B B A, until there are enough of them that nobody else disturbed; where there is no
 * peace, all of them count, and `others` says what they are worth.
 *
 * @returns a pair for each round.
 */
export async function compare(a: Subject, b: Subject, plan: Plan): Promise<[Block, Block][]> {
  const load = fork(join(import.meta.dirname, "load.ts"), { execArgv: [] });
  try {
    for (const { name, target } of [a, b]) tell(load, { open: target, name });
    await delay(connectMs);
    for (const subject of [a, b, b, a]) await measure(load, subject, { ...plan, blockMs: plan.warmUpMs / 2 });
    const pairs: [Block, Block][] = [];
    for (let round = 0; round < plan.blocks * patience; round++) {
      const aFirst = round % 2 === 0;
      const first = await measure(load, aFirst ? a : b, plan);
      const second = await measure(load, aFirst ? b : a, plan);
      pairs.push(aFirst ? [first, second] : [second, first]);
      const quiet = pairs.filter(isQuiet);
      if (quiet.length === plan.blocks) return quiet;
    }
    return pairs;
  } finally {
    load.disconnect();
  }
}

/** Rounds for each one that is wanted. */
const patience = 3;
const othersMax = 0.15;
const isQuiet = (pair: [Block, Block]): boolean => pair.every(({ others }) => others < othersMax);

const connectMs = 300;

async function measure(load: ChildProcess, subject: Subject, plan: Plan): Promise<Block> {
  const { name, pid } = subject;
  const { blockMs } = plan;
  const { postgresPid = plan.postgresPid } = subject;
  const before = reading(load, pid, postgresPid);
  tell(load, { run: name, ms: blockMs });
  const [result]: Result[] = await once(load, "message");
  if (!result) throw new Error("the load generator ended");
  const after = reading(load, pid, postgresPid);
  const nodeNs = after.node - before.node;
  const postgresNs = usedBetween(before.postgres, after.postgres);
  const ownTicks = (nodeNs + postgresNs + after.load - before.load) / nsOfTick;
  const busy = after.machine.busy - before.machine.busy;
  const all = busy + after.machine.idle - before.machine.idle;
  return {
    ...result,
    nodeUs: nodeNs / 1000 / result.answers,
    postgresUs: postgresNs / 1000 / result.answers,
    others: Math.max(0, busy - ownTicks) / all,
  };
}

const nsOfTick = 10_000_000;

const reading = (load: ChildProcess, pid: number, postgresPid: number) => ({
  node: cpuOf(pid),
  postgres: cpuOfChildren(postgresPid),
  load: cpuOf(load.pid ?? 0),
  machine: machine(),
});

/** The process of the PostgreSQL on a data folder. */
export async function postmasterOf(dataDir: string): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, "postgres/postmaster.pid"), "utf8"), 10);
}

function tell(load: ChildProcess, order: Order): void {
  load.send(order);
}
